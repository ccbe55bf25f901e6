/* test_privacy.c - which inputs keep their local-parts to themselves, and what a row is then. */
#include "tests/cmocka_first.h"

#include "input/identity.h"
#include "input/privacy.h"

static struct layout layout_of(const char *header, bool send)
{
	struct layout l = { 0 };
	layout_from_names(&l, &(struct csv_record){ .text = header, .size = strlen(header) });
	l.has_header = true;
	privacy_decide(&l, send);
	return l;
}

static void by_the_columns(void **state)
{
	(void)state;
	static const struct {
		const char *header;
		bool send, hides, lacks;
	} cases[] = {
		{ "ip,sender", false, false, false },
		{ "ip,sender,spf_then", false, true, false },
		{ "ip,sender,spf_then", true, false, false },
		{ "ip,sender_hashed,spf_then", true, true, true },
		{ "count,ip,helo,sender_domain", false, true, true },
		{ "ip,sender,sender_domain", false, false, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct layout l = layout_of(cases[i].header, cases[i].send);
		assert_int_equal(l.hides_local_parts, cases[i].hides);
		assert_int_equal(l.lacks_local_parts, cases[i].lacks);
		textbuf_fini(&l.header);
	}
}

/* The null sender's local-part is postmaster, which is nobody's. */
static void of_a_row(void **state)
{
	(void)state;
	static const struct {
		const char *header, *row;
		bool hides;
	} cases[] = {
		{ "ip,helo,sender,spf_then", "192.0.2.1,h.example,a@b.example,", true },
		{ "ip,helo,sender,spf_then", "192.0.2.1,h.example,<>,", false },
		{ "ip,helo,sender,spf_then", "192.0.2.1,h.example,@b.example,", false },
		{ "ip,helo,sender_domain,x", "192.0.2.1,h.example,b.example,", true },
		{ "ip,helo,sender_domain,x", "192.0.2.1,h.example,<>,", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct layout l = layout_of(cases[i].header, false);
		struct identity s = { 0 };
		identity_parse(&s, &l,
		        &(struct csv_record){ .text = cases[i].row,
		                .size = strlen(cases[i].row),
		                .plain = true });
		assert_string_equal(s.error, "");
		assert_int_equal(s.hides_local_part, cases[i].hides);
		assert_int_equal(s.local_part.size, 0);
		identity_fini(&s);
		textbuf_fini(&l.header);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_the_columns),
		cmocka_unit_test(of_a_row),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
