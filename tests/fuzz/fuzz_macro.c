/* fuzz_macro.c - any octets as a macro-string: compiled, and expanded with hostile values. The
 * first octet chooses the grammar and the client, the second how much of the rest is local-part and
 * HELO; what is left is the text. */
#include "target.h"

#include "spf/macro.h"

#include <string.h>

enum { ROOM_BYTES = 1 << 20, SMALL_BYTES = 300 };

static struct macro_session session_of(const struct ipaddr *ip, const char *hostile, size_t size)
{
	return (struct macro_session){
		.ip = ip,
		.local_part = hostile,
		.local_part_size = size,
		.sender_domain = "example.com",
		.sender_domain_size = 11,
		.helo = hostile,
		.helo_size = size,
		.domain = "example.com",
		.domain_size = 11,
		.validated = "unknown",
		.validated_size = 7,
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

/* A small room gets the end of what a large one has. Gives the size of the whole, which lies at the
 * room's end; 0 when it does not fit. */
static size_t check_rooms(
        char room[ROOM_BYTES], const struct macro_string *m, const struct macro_session *session)
{
	bool is_cut, small_is_cut;
	char small[SMALL_BYTES];
	size_t size = macro_expand(room, ROOM_BYTES, m, session, &is_cut);
	size_t small_size = macro_expand(small, sizeof small, m, session, &small_is_cut);
	require(size <= ROOM_BYTES && (!is_cut || size == ROOM_BYTES));
	require(small_is_cut == (size > sizeof small) &&
	        small_size == (small_is_cut ? sizeof small : size));
	require(memcmp(small + sizeof small - small_size, room + ROOM_BYTES - small_size,
	                small_size) == 0);
	return is_cut ? 0 : size;
}

/* Section 7.3 as it stands: while the name is too long, its first label goes. */
static void check_target(const struct macro_string *m, const struct macro_session *session)
{
	static char room[ROOM_BYTES];
	struct dname name, wanted = { .size = 0 };
	size_t size = check_rooms(room, m, session);
	enum error err = macro_expand_domain(&name, m, session);
	require((err == ERROR_NONE) == (name.size > 0) && err != ERROR_NAME_LONG &&
	        (err != ERROR_EMPTY || size == 0));
	if (size == 0)
		return;
	const char *end = room + ROOM_BYTES, *text = end - size;
	bool absolute = end[-1] == '.';
	while (text && end - absolute - text > 253) {
		text = memchr(text, '.', (size_t)(end - absolute - text));
		text = text ? text + 1 : NULL;
	}
	require(err ==
	        (text ? dname_parse(&wanted, text, (size_t)(end - text)) : ERROR_LABEL_LONG));
	require(err || dname_equal(&name, &wanted));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2 || data[1] > size - 2)
		return 0;
	const char *hostile = (const char *)data + 2, *text = hostile + data[1];
	size_t text_size = size - 2 - data[1], error_at;
	struct ipaddr ip = { .family = data[0] & 1 ? IPFAMILY_6 : IPFAMILY_4,
		.bytes = { 192, 0, 2, 1 } };
	struct macro_session session = session_of(&ip, hostile, data[1]);
	enum macro_grammar grammar = data[0] / 2 % 3;
	struct macro_string m;
	struct arena arena;
	arena_init(&arena, 1024, 0);
	if (macro_compile(&m, text, text_size, grammar, &arena, &error_at)) {
		tell_outcome("program");
		check_wider(text, text_size, grammar, &arena);
		check_target(&m, &session);
	} else {
		tell_outcome("refused");
		require(error_at <= text_size && !arena.overflow);
	}
	arena_fini(&arena);
	return 0;
}
