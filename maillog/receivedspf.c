/* receivedspf.c - words and key-value pairs. A HELO name may hold anything, so a value ends where
 * the next key that we know begins. */
#include "maillog/receivedspf.h"

static const struct logtext verdicts[] = { LOGTEXT("none"), LOGTEXT("neutral"), LOGTEXT("pass"),
	LOGTEXT("fail"), LOGTEXT("softfail"), LOGTEXT("temperror"), LOGTEXT("permerror") };
static const struct logtext keys[] = { LOGTEXT("identity="), LOGTEXT("client-ip="),
	LOGTEXT("helo="), LOGTEXT("envelope-from="), LOGTEXT("receiver="), LOGTEXT("problem="),
	LOGTEXT("mechanism=") };
enum { VERDICTS = sizeof verdicts / sizeof verdicts[0], KEYS = sizeof keys / sizeof keys[0] };
enum key { KEY_IDENTITY, KEY_IP, KEY_HELO, KEY_SENDER };

struct logtext receivedspf_verdict(struct logtext text)
{
	struct logtext word = { text.at, 0 };
	while (word.size < text.size && logtext_is_alnum(text.at[word.size]))
		word.size++;
	for (unsigned i = 0; i < VERDICTS; i++)
		if (logtext_alike(word, verdicts[i]))
			return verdicts[i];
	return (struct logtext){ 0 };
}

struct logtext receivedspf_of_results(struct logtext text)
{
	const char *at = logtext_find(text, LOGTEXT("spf="));
	if (!at || (at > text.at && logtext_is_alnum(at[-1])))
		return (struct logtext){ 0 };
	return receivedspf_verdict(logtext_between(at + 4, logtext_end(text)));
}

/* Which key begins at `at`, behind a blank, '(' or ';'. KEYS: none. */
static unsigned key_at(struct logtext text, const char *at)
{
	if (at > text.at && at[-1] != ' ' && at[-1] != '(' && at[-1] != ';' && at[-1] != '\t')
		return KEYS;
	for (unsigned i = 0; i < KEYS; i++)
		if (logtext_begins(logtext_between(at, logtext_end(text)), keys[i]))
			return i;
	return KEYS;
}

/* Without blanks, ';' and quotes around it. */
static struct logtext cleaned(struct logtext value)
{
	value = logtext_trim(value);
	while (value.size && value.at[value.size - 1] == ';')
		value = logtext_trim((struct logtext){ value.at, value.size - 1 });
	if (value.size > 1 && value.at[0] == '"' && value.at[value.size - 1] == '"' &&
	        !logtext_find_char((struct logtext){ value.at + 1, value.size - 2 }, '"'))
		value = (struct logtext){ value.at + 1, value.size - 2 };
	return value;
}

/* Without what follows an address: ")" of a comment, and so on. */
static struct logtext first_word(struct logtext value)
{
	size_t n = 0;
	while (n < value.size && !strchr("; \t)", value.at[n]))
		n++;
	return (struct logtext){ value.at, n };
}

static void take(struct receivedspf *r, unsigned key, struct logtext value)
{
	static const struct logtext null_sender = LOGTEXT("<>");
	switch (key) {
	case KEY_IDENTITY:
		r->of_helo = logtext_begins(value, LOGTEXT("helo"));
		break;
	case KEY_IP:
		r->ip = first_word(value);
		break;
	case KEY_HELO:
		r->helo = value;
		break;
	case KEY_SENDER:
		r->has_sender = true;
		r->sender = logtext_same(value, null_sender) ? (struct logtext){ 0 } : value;
		break;
	default:
		break;
	}
}

static void read_pairs(struct receivedspf *r, struct logtext text)
{
	unsigned open = KEYS, seen = 0;
	const char *from = text.at;
	for (const char *at = text.at; at < logtext_end(text); at++) {
		unsigned key = *at == ' ' || *at == '=' ? KEYS : key_at(text, at);
		if (key == KEYS || seen & 1u << key)
			continue;
		if (open != KEYS)
			take(r, open, cleaned(logtext_between(from, at)));
		open = key;
		seen |= 1u << key;
		at += keys[key].size - 1;
		from = at + 1;
	}
	if (open != KEYS)
		take(r, open, cleaned(logtext_between(from, logtext_end(text))));
}

bool receivedspf_read(struct logtext text, struct receivedspf *r)
{
	*r = (struct receivedspf){ 0 };
	const char *header = logtext_find(text, LOGTEXT("Received-SPF: "));
	const char *results = logtext_find(text, LOGTEXT("Authentication-Results: "));
	if (header)
		r->verdict = receivedspf_verdict(
		        logtext_between(header + sizeof "Received-SPF: " - 1, logtext_end(text)));
	else if (results)
		r->verdict = receivedspf_of_results(logtext_between(results, logtext_end(text)));
	else
		r->verdict = receivedspf_verdict(text);
	if (!logtext_find(text, LOGTEXT("client-ip=")) || !r->verdict.size)
		return false;
	read_pairs(r, text);
	if (results && !header) /* the client's part ends with the comment that it stands in */
		r->of_helo = logtext_find(text, LOGTEXT("smtp.helo=")) != NULL;
	return r->ip.size > 0;
}
