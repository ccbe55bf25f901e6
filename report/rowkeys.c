/* rowkeys.c - one function for each row of the table. */
#include "report/rowkeys.h"

#include "dns/net.h"

#include <string.h>

static void add(struct rowkeys *k, struct csv_field key)
{
	for (unsigned i = 0; i < k->n; i++)
		if (csv_field_same(k->keys[i], key))
			return;
	if (k->n < ROWKEYS_MAX)
		k->keys[k->n++] = key;
}

static void put_lower(struct textbuf *out, struct csv_field text)
{
	char *to = text.size ? textbuf_reserve(out, text.size) : NULL;
	for (size_t i = 0; to && i < text.size; i++)
		to[i] = text.text[i] >= 'A' && text.text[i] <= 'Z' ? (char)(text.text[i] | 0x20)
		                                                   : text.text[i];
	if (to)
		textbuf_advance(out, text.size);
}

/* The text that was made is the one key. */
static void add_text(struct rowkeys *k)
{
	add(k, (struct csv_field){ k->text.bytes, k->text.size });
}

/* The parts of a list; each once. */
static void add_list(struct rowkeys *k, struct csv_field list)
{
	while (list.size) {
		const char *end = memchr(list.text, ';', list.size);
		size_t n = end ? (size_t)(end - list.text) : list.size;
		add(k, (struct csv_field){ list.text, n });
		n += end != NULL;
		list = (struct csv_field){ list.text + n, list.size - n };
	}
}

/* ---- one for each row of the table ---- */

void rowkeys_put_domain(struct textbuf *out, const struct result_row *row)
{
	struct csv_field domain = row->fields[RESULT_SPF_DOMAIN];
	struct csv_field sender = row->fields[RESULT_SENDER];
	if (!domain.size && sender.size && !csv_field_is(sender, "<>")) {
		const char *at = memrchr(sender.text, '@', sender.size);
		domain = sender;
		if (at)
			domain = (struct csv_field){ at + 1,
				sender.size - (size_t)(at + 1 - sender.text) };
	}
	put_lower(out, domain);
}

static void take_domain(struct rowkeys *k, const struct result_row *row)
{
	rowkeys_put_domain(&k->text, row);
	add_text(k);
}

/* The first of the address's names; else what the log has. */
static struct csv_field name_of(const struct result_row *row)
{
	struct csv_field ptr = row->fields[RESULT_PTR], client = row->fields[RESULT_CLIENT];
	const char *end = ptr.size ? memchr(ptr.text, ';', ptr.size) : NULL;
	if (end)
		ptr.size = (size_t)(end - ptr.text);
	return ptr.size || csv_field_is(client, "unknown") ? ptr : client;
}

static void take_client(struct rowkeys *k, const struct result_row *row)
{
	put_lower(&k->text, row->fields[RESULT_IP]);
	add_text(k);
	k->name = name_of(row);
}

static bool is_refused(const struct result_row *row)
{
	return csv_field_is(row->fields[RESULT_SPF], "fail") ||
	        csv_field_is(row->fields[RESULT_SPF], "softfail");
}

static void take_refused_client(struct rowkeys *k, const struct result_row *row)
{
	if (is_refused(row))
		take_client(k, row);
}

static void take_refused_domain(struct rowkeys *k, const struct result_row *row)
{
	if (is_refused(row))
		take_domain(k, row);
}

static void take_network(struct rowkeys *k, const struct result_row *row)
{
	struct csv_field text = row->fields[RESULT_IP];
	struct net net = { 0 };
	char printed[NET_TEXT_BYTES];
	if (ipaddr_parse(&net.ip, text.text, text.size)) {
		add(k, text);
		return;
	}
	bool is_6 = net.ip.family == IPFAMILY_6;
	net.prefix_bits = is_6 ? 48 : 24;
	size_t first = net.prefix_bits / 8;
	memset(net.ip.bytes + first, 0, (is_6 ? 16 : 4) - first);
	textbuf_put_text(&k->text, net_text(&net, printed));
	add_text(k);
}

static void take_helo(struct rowkeys *k, const struct result_row *row)
{
	put_lower(&k->text, row->fields[RESULT_HELO]);
	add_text(k);
}

static void take_problems(struct rowkeys *k, const struct result_row *row)
{
	add_list(k, row->fields[RESULT_PROBLEMS]);
}

static void take_provider(struct rowkeys *k, const struct result_row *row)
{
	add(k, provider_of(k->provider, row->fields[RESULT_SPF_RECORD], row->fields[RESULT_MX]));
}

/* Names of providers lie in one text; it has room for all of them, so that none moves. */
static void add_provider(struct rowkeys *k, struct csv_field name)
{
	size_t at = k->text.size;
	textbuf_put(&k->text, name.text, name.size);
	if (name.size && !k->text.failed)
		add(k, (struct csv_field){ k->text.bytes + at, name.size });
}

static bool has_room(struct rowkeys *k)
{
	return textbuf_reserve(&k->text, ROWKEYS_MAX * PROVIDER_NAME_BYTES) != NULL;
}

static void take_includes(struct rowkeys *k, const struct result_row *row)
{
	struct csv_field rest = row->fields[RESULT_SPF_RECORD], name;
	unsigned n = 0;
	if (!has_room(k))
		return;
	while (n++ < ROWKEYS_MAX && provider_next_include(k->provider, &rest, &name))
		add_provider(k, name);
}

static void take_mx(struct rowkeys *k, const struct result_row *row)
{
	struct csv_field rest = row->fields[RESULT_MX], name;
	unsigned n = 0;
	if (!has_room(k))
		return;
	while (n++ < ROWKEYS_MAX && provider_next_host(k->provider, &rest, &name))
		add_provider(k, name);
}

/* "TXT name: status (more);A name: status". The name of a question has no blank in it. */
static void take_causes(struct rowkeys *k, const struct result_row *row)
{
	struct csv_field list = row->fields[RESULT_DNS_CAUSE];
	while (list.size) {
		const char *end = memchr(list.text, ';', list.size);
		size_t size = end ? (size_t)(end - list.text) : list.size;
		const char *colon = memmem(list.text, size, ": ", 2);
		if (colon) {
			const char *word = colon + 2;
			size_t left = size - (size_t)(word - list.text);
			const char *blank = memchr(word, ' ', left);
			add(k, (struct csv_field){ word, blank ? (size_t)(blank - word) : left });
		}
		size += end != NULL;
		list = (struct csv_field){ list.text + size, list.size - size };
	}
}

/* "192.0.2.1 pass mx.example;2001:db8::1 fail ..." */
static void take_mx_ptr(struct rowkeys *k, const struct result_row *row)
{
	struct csv_field list = row->fields[RESULT_MX_PTR];
	while (list.size) {
		const char *end = memchr(list.text, ';', list.size);
		size_t size = end ? (size_t)(end - list.text) : list.size;
		const char *word = memchr(list.text, ' ', size);
		if (word) {
			size_t left = size - (size_t)(++word - list.text);
			const char *blank = memchr(word, ' ', left);
			add(k, (struct csv_field){ word, blank ? (size_t)(blank - word) : left });
		}
		size += end != NULL;
		list = (struct csv_field){ list.text + size, list.size - size };
	}
}

static const struct {
	const char *word; /* of --by; NULL: none */
	void (*take)(struct rowkeys *k, const struct result_row *row);
	enum result_field field; /* without a function: the key stands in it */
	bool wants_value;        /* an empty one is no group */
} table[REPORT_BYS] = {
	[REPORT_BY_DOMAIN] = { "domain", take_domain },
	[REPORT_BY_CLIENT] = { "client", take_client },
	[REPORT_BY_NETWORK] = { "network", take_network },
	[REPORT_BY_HELO] = { "helo", take_helo },
	[REPORT_BY_PROBLEM] = { "problem", take_problems },
	[REPORT_BY_PROVIDER] = { "provider", take_provider },
	[REPORT_BY_STATUS] = { NULL, NULL, RESULT_STATUS },
	[REPORT_BY_SPF] = { NULL, NULL, RESULT_SPF },
	[REPORT_BY_SPF_PROBLEM] = { NULL, NULL, RESULT_SPF_PROBLEM, true },
	[REPORT_BY_REFUSED_CLIENT] = { NULL, take_refused_client },
	[REPORT_BY_REFUSED_DOMAIN] = { NULL, take_refused_domain },
	[REPORT_BY_IPREV] = { NULL, NULL, RESULT_IPREV },
	[REPORT_BY_MX_STATE] = { NULL, NULL, RESULT_MX_STATE },
	[REPORT_BY_INCLUDE] = { NULL, take_includes },
	[REPORT_BY_MX] = { NULL, take_mx },
	[REPORT_BY_CAUSE] = { NULL, take_causes },
	[REPORT_BY_RECORD_STATE] = { NULL, NULL, RESULT_RECORD_STATE },
	[REPORT_BY_ALL] = { NULL, NULL, RESULT_ALL, true },
	[REPORT_BY_MX_PTR] = { NULL, take_mx_ptr },
};

const char *rowkeys_word(unsigned by)
{
	return by < REPORT_BYS ? table[by].word : NULL;
}

bool rowkeys_init(struct rowkeys *k, bool wants_providers)
{
	*k = (struct rowkeys){ 0 };
	if (wants_providers)
		k->provider = provider_new();
	return !wants_providers || k->provider;
}

void rowkeys_fini(struct rowkeys *k)
{
	provider_free(k->provider);
	textbuf_fini(&k->text);
}

void rowkeys_take(struct rowkeys *k, enum report_by by, const struct result_row *row)
{
	k->n = 0;
	k->name = (struct csv_field){ "", 0 };
	textbuf_reset(&k->text);
	if (table[by].take)
		table[by].take(k, row);
	else if (!table[by].wants_value || row->fields[table[by].field].size)
		add(k, row->fields[table[by].field]);
}
