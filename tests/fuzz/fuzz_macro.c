/* fuzz_macro.c - any octets as a macro-string: compiled, and expanded with hostile values. The first octet chooses the grammar
 * and the client, the second how much of the rest is local-part and HELO; what is left is the text. */
#include "target.h"

#include "spf/macro.h"

#include <string.h>

static struct macro_session session_of(const struct ipaddr *ip, const char *hostile, size_t size)
{
	return (struct macro_session){
		.ip = ip,
		.local_part = hostile, .local_part_size = size,
		.sender_domain = "example.com", .sender_domain_size = 11,
		.helo = hostile, .helo_size = size,
		.domain = "example.com", .domain_size = 11,
		.validated = "unknown", .validated_size = 7,
		.receiver = "unknown",
	};
}

/* What one grammar takes, the wider ones take too. */
static void check_wider(const char *text, size_t size, enum macro_grammar grammar, struct arena *a)
{
	struct macro_string m;
	size_t error_at;
	for (unsigned wider = grammar + 1; wider <= MACRO_EXPLAIN_STRING; wider++)
		require(macro_compile(&m, text, size, wider, a, &error_at));
}

static void check_expansion(const struct macro_string *m, const struct macro_session *session)
{
	struct textbuf text = { .size = 0 }, scratch = { .size = 0 };
	struct dname name;
	macro_expand(&text, m, session);
	require(!text.failed);
	enum error err = macro_expand_domain(&name, &scratch, m, session);
	require((err == ERROR_NONE) == (name.size > 0) && err != ERROR_NOMEM && err != ERROR_NAME_LONG);
	require(scratch.size == text.size && (text.size == 0 || memcmp(scratch.bytes, text.bytes, text.size) == 0));
	textbuf_fini(&text);
	textbuf_fini(&scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2 || data[1] > size - 2)
		return 0;
	const char *hostile = (const char *)data + 2, *text = hostile + data[1];
	size_t text_size = size - 2 - data[1], error_at;
	struct ipaddr ip = { .family = data[0] & 1 ? IPFAMILY_6 : IPFAMILY_4, .bytes = { 192, 0, 2, 1 } };
	struct macro_session session = session_of(&ip, hostile, data[1]);
	enum macro_grammar grammar = data[0] / 2 % 3;
	struct macro_string m;
	struct arena arena;
	arena_init(&arena, 1024, 0);
	if (macro_compile(&m, text, text_size, grammar, &arena, &error_at)) {
		check_wider(text, text_size, grammar, &arena);
		check_expansion(&m, &session);
	} else {
		require(error_at <= text_size && !arena.overflow);
	}
	arena_fini(&arena);
	return 0;
}
