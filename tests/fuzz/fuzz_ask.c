/* fuzz_ask.c - any octets as the text of an --ask and as the list of them in a note: what is taken
 * is itself again when it is printed and read, and gives whole names. The octets are also the
 * domain of the row. */
#include "target.h"

#include "checks/ask.h"

#include <string.h>

static struct ask_subject subject_of(const uint8_t *data, size_t size)
{
	struct ask_subject subject = { .ip = { .family = IPFAMILY_6 } };
	size_t n = size < DNAME_MAX_BYTES ? size : DNAME_MAX_BYTES;
	dname_parse(&subject.domain, (const char *)data, n);
	subject.helo = subject.sender_domain = subject.domain;
	memcpy(subject.ip.bytes, data, size < 16 ? size : 16);
	return subject;
}

static void check_name(const struct ask *ask, const struct ask_subject *subject)
{
	struct dname name, again;
	if (ask_name_of(&name, ask, subject) == ASK_NAME_OK)
		require(dname_decode(&again, name.wire, name.size));
}

static void check_list(const struct asks *asks, const struct ask_subject *subject)
{
	static const struct ask_subject nothing;
	char why[ASK_WHY_BYTES];
	struct textbuf text = { 0 };
	struct asks again;
	asks_print(&text, asks);
	require(asks_parse(&again, textbuf_text(&text), text.size, why));
	require(again.n == asks->n &&
	        !memcmp(&again.list, &asks->list, asks->n * sizeof(struct ask)));
	for (unsigned i = 0; i < asks->n; i++) {
		struct dname name;
		check_name(&asks->list[i], subject);
		require(ask_needs_ip(&asks->list[i]) || ask_needs_name(&asks->list[i]));
		require(ask_name_of(&name, &asks->list[i], &nothing) == ASK_NAME_LACKS);
	}
	textbuf_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char why[ASK_WHY_BYTES];
	struct asks one = { .n = 0 }, list = { .n = 0 };
	const char *text = size ? (const char *)data : "";
	const struct ask_subject subject = subject_of(data, size);
	tell_outcome("refused");
	if (asks_add(&one, text, size, why)) {
		tell_outcome("one");
		check_list(&one, &subject);
	} else {
		require(memchr(why, 0, sizeof why));
	}
	if (asks_parse(&list, text, size, why) && list.n) {
		if (!one.n)
			tell_outcome("list");
		check_list(&list, &subject);
	}
	return 0;
}
