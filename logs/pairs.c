/* pairs.c - eight fields a row. */
#include "logs/pairs.h"

#include "base/hash.h"
#include "io/csv.h"

const char *pairs_header(enum pairs_sender sender)
{
	static const char *const headers[] = {
		[PAIRS_SENDER] = "time,queue_id,client,ip,helo,sender,event,spf_then",
		[PAIRS_SENDER_HASHED] = "time,queue_id,client,ip,helo,sender_hashed,event,spf_then",
		[PAIRS_SENDER_DOMAIN] = "time,queue_id,client,ip,helo,sender_domain,event,spf_then",
	};
	return headers[sender];
}

struct logtext pairs_domain(struct logtext address)
{
	const char *at = address.size ? memrchr(address.at, '@', address.size) : NULL;
	struct logtext domain =
	        at ? logtext_between(at + 1, logtext_end(address)) : (struct logtext){ 0 };
	if (domain.size && domain.at[domain.size - 1] == '.')
		domain.size--;
	return domain;
}

static void put_lower(struct textbuf *out, struct logtext text)
{
	for (size_t i = 0; i < text.size; i++)
		textbuf_put_char(out,
		        text.at[i] >= 'A' && text.at[i] <= 'Z' ? (char)(text.at[i] | 0x20)
		                                               : text.at[i]);
}

/* Of the whole address, with the domain in lower case: one person at one domain is one hash, and
 * another domain's is another. */
static void put_hashed(struct textbuf *out, struct logtext sender, const struct pairs_key *key)
{
	struct logtext domain = pairs_domain(sender);
	struct textbuf address = { 0 };
	char text[HASH_KEYED_TEXT_BYTES];
	textbuf_put(&address, sender.at, (size_t)(domain.at - sender.at));
	put_lower(&address, domain);
	hash_keyed(text, key->bytes, key->size, textbuf_text(&address), address.size);
	out->failed |= address.failed;
	textbuf_fini(&address);
	textbuf_put_text(out, text);
	textbuf_put_char(out, '@');
	put_lower(out, domain);
}

void pairs_put_sender(struct textbuf *out, const struct mail_event *event, enum pairs_sender how,
        const struct pairs_key *key)
{
	struct logtext sender = event->sender;
	if (!sender.size) {
		if (event->has_sender)
			textbuf_put_text(out, "<>");
		return;
	}
	if (how == PAIRS_SENDER || !pairs_domain(sender).size) {
		if (how == PAIRS_SENDER)
			csv_put_field(out, sender.at, sender.size);
		return;
	}
	struct textbuf hidden = { 0 };
	if (how == PAIRS_SENDER_HASHED)
		put_hashed(&hidden, sender, key);
	else
		put_lower(&hidden, pairs_domain(sender));
	csv_put_field(out, textbuf_text(&hidden), hidden.size);
	out->failed |= hidden.failed;
	textbuf_fini(&hidden);
}

static void put_text(struct textbuf *out, struct logtext text)
{
	if (text.size)
		csv_put_field(out, text.at, text.size);
	textbuf_put_char(out, ',');
}

void pairs_put(struct textbuf *out, const struct mail_event *event, enum pairs_sender how,
        const struct pairs_key *key)
{
	char time[STAMP_TEXT_BYTES];
	if (event->has_time) {
		stamp_print(time, event->time_s);
		textbuf_put_text(out, time);
	}
	textbuf_put_char(out, ',');
	put_text(out, event->queue_id);
	put_text(out, event->client);
	put_text(out, event->ip);
	put_text(out, event->helo);
	pairs_put_sender(out, event, how, key);
	textbuf_put_char(out, ',');
	textbuf_put_text(out, mail_event_text(event->kind));
	textbuf_put_char(out, ',');
	textbuf_put(out, event->spf_then.at, event->spf_then.size);
}
