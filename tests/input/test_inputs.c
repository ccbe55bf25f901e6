/* test_inputs.c - several files as one sequence of rows, and what their first records say of the
 * columns. */
#include "tests/made_file.h"

#include "input/inputs.h"

enum { FILES_MAX = 3 };
#define BOM "\xef\xbb\xbf"

static const volatile bool never;

struct world {
	struct made_file files[FILES_MAX];
	char *paths[FILES_MAX];
	unsigned n;
	struct inputs in;
};

/* Opens files of these texts, up to the first that is NULL. */
static bool begin(struct world *w, const char *columns, const char *const texts[FILES_MAX])
{
	*w = (struct world){ 0 };
	for (; w->n < FILES_MAX && texts[w->n]; w->n++) {
		w->files[w->n] = made_text(texts[w->n]);
		w->paths[w->n] = w->files[w->n].path;
	}
	struct inputs_config config = {
		.paths = w->paths, .n_paths = w->n, .columns = columns, .wants_digests = true
	};
	return inputs_open(&w->in, &config, &never);
}

static void end(struct world *w)
{
	inputs_close(&w->in);
	for (unsigned i = 0; i < w->n; i++)
		made_close(&w->files[i]);
}

/* All rows that are left, with '|' behind each. */
static struct textbuf rest(struct world *w)
{
	struct textbuf rows = { 0 };
	struct input_row row;
	for (uint64_t n = 1; inputs_next(&w->in, &row, &never); n++) {
		assert_int_equal(row.number, n);
		assert_false(row.keep);
		assert_null(row.printed.text);
		textbuf_put(&rows, row.record.text, row.record.size);
		textbuf_put_char(&rows, '|');
	}
	return rows;
}

struct expectation {
	const char *columns, *texts[FILES_MAX];
	int domain, ip, sender, helo;
	bool has_header;
	const char *header, *rows;
};

enum { NONE = COLUMN_NONE };

static void check(const struct expectation *e)
{
	struct world w;
	assert_true(begin(&w, e->columns, e->texts));
	const struct layout *l = &w.in.layout;
	assert_int_equal(l->domain, e->domain);
	assert_int_equal(l->ip, e->ip);
	assert_int_equal(l->sender, e->sender);
	assert_int_equal(l->helo, e->helo);
	assert_int_equal(l->has_header, e->has_header);
	assert_string_equal(textbuf_text(&w.in.layout.header), e->header);
	struct textbuf rows = rest(&w);
	assert_string_equal(textbuf_text(&rows), e->rows);
	assert_false(w.in.broke);
	textbuf_fini(&rows);
	end(&w);
}

static void layouts(void **state)
{
	static const struct expectation cases[] = {
		/* a header row: known names, whatever their order, case and blanks */
		{ NULL, { "domain,ip\na,b\n" }, 0, 1, NONE, NONE, true, "domain,ip", "a,b|" },
		{ NULL, { "ID,Ip,\"HELO\", MailFrom \nx" }, NONE, 1, 3, 2, true,
		        "ID,Ip,HELO,\" MailFrom \"", "x|" },
		{ NULL, { "mail_from\n" }, NONE, NONE, 0, NONE, true, "mail_from", "" },
		/* a domain and an address, and the rest; a domain alone; a rank and a domain */
		{ NULL, { "a.b,::1\nc,d\n" }, 0, 1, NONE, NONE, false, "domain,ip",
		        "a.b,::1|c,d|" },
		{ NULL, { "a.b\n" }, 0, NONE, NONE, NONE, false, "domain", "a.b|" },
		{ NULL, { "a.b,::1,c,d\n" }, 0, 1, NONE, NONE, false, "domain,ip,column3,column4",
		        "a.b,::1,c,d|" },
		{ NULL, { "1,a.b\n2,c\n" }, 1, NONE, NONE, NONE, false, "rank,domain",
		        "1,a.b|2,c|" },
		{ NULL, { "http://a.b/,::1\n" }, 0, 1, NONE, NONE, false, "domain,ip",
		        "http://a.b/,::1|" },
		/* --columns with positions: a first record that is merely bad is a row */
		{ "x,ip,domain", { "a,b,c\n" }, 2, 1, NONE, NONE, false, "x,ip,domain", "a,b,c|" },
		{ "helo", { "a,::1\n" }, NONE, NONE, NONE, 0, false, "helo", "a,::1|" },
		/* --columns with names: the others by the names that are known */
		{ "domain=site", { "client_ip,Site\na,b\n" }, 1, 0, NONE, NONE, true,
		        "client_ip,Site", "a,b|" },
		{ "ip=client_ip, domain = site ", { "ip,client_ip,site\n" }, 2, 1, NONE, NONE, true,
		        "ip,client_ip,site", "" },
		{ "\"domain=a, b\"", { "\"a, b\"\nc" }, 0, NONE, NONE, NONE, true, "\"a, b\"",
		        "c|" },
		/* names with dots are names where the row below has what belongs there */
		{ NULL, { "domain,ip,first.seen\na.b,::1,x\n" }, 0, 1, NONE, NONE, true,
		        "domain,ip,first.seen", "a.b,::1,x|" },
		/* other columns that nobody needs */
		{ NULL, { "ip,sender,ptr\n::1,a@b.c,d.e\n" }, NONE, 0, 1, NONE, true,
		        "ip,sender,ptr", "::1,a@b.c,d.e|" },
		{ NULL, { "ip,helo,ptr\n::1,b.c,d.e\n" }, NONE, 0, NONE, 1, true, "ip,helo,ptr",
		        "::1,b.c,d.e|" },
		{ "domain=domain", { "domain,a\na.b,192.0.2.1\n" }, 0, NONE, NONE, NONE, true,
		        "domain,a", "a.b,192.0.2.1|" },
		{ NULL, { "domain,ip\r\r\na.b,\"::1\"\r\r\nc.d,::2\r\r\n" }, 0, 1, NONE, NONE, true,
		        "domain,ip", "a.b,\"::1\"|c.d,::2|" },
		/* other delimiters; what is given out has commas */
		{ NULL, { "domain;ip\na;b\n" }, 0, 1, NONE, NONE, true, "domain,ip", "a,b|" },
		{ NULL, { "x\tip\n\"a\tb\"\t::1\n" }, NONE, 1, NONE, NONE, true, "x,ip",
		        "a\tb,::1|" },
		{ NULL, { "a.b|::1|c,d\n" }, 0, 1, NONE, NONE, false, "domain,ip,column3",
		        "a.b,::1,\"c,d\"|" },
		{ "x,domain", { "a;b\n" }, 1, NONE, NONE, NONE, false, "x,domain", "a,b|" },
		{ "domain=site", { "site;x\na;b" }, 0, NONE, NONE, NONE, true, "site,x", "a,b|" },
		/* the line of spreadsheets */
		{ NULL, { "sep=;\r\ndomain;ip\r\na;b\r\n" }, 0, 1, NONE, NONE, true, "domain,ip",
		        "a,b|" },
		{ NULL, { BOM "\"sep=,\"\ndomain\na\n" }, 0, NONE, NONE, NONE, true, "domain",
		        "a|" },
		{ NULL, { "sep=\t\n" }, 0, 1, NONE, NONE, false, "domain,ip", "" },
		/* lines that end in CR alone */
		{ NULL, { "domain,ip\ra,b\r\"c\rd\",e" }, 0, 1, NONE, NONE, true, "domain,ip",
		        "a,b|\"c\rd\",e|" },
		{ NULL, { BOM BOM "domain,ip\na,b\n" }, 0, 1, NONE, NONE, true, "domain,ip",
		        "a,b|" },
		/* a byte order mark is no part of the first name */
		{ NULL, { BOM "domain,ip\na,b\n" }, 0, 1, NONE, NONE, true, "domain,ip", "a,b|" },
		/* nothing at all */
		{ NULL, { "" }, 0, 1, NONE, NONE, false, "domain,ip", "" },
		{ NULL, { "domain" }, 0, NONE, NONE, NONE, true, "domain", "" },
		{ "ip", { "" }, NONE, 0, NONE, NONE, false, "ip", "" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check(&cases[i]);
}

static void several_files(void **state)
{
	static const struct expectation cases[] = {
		{ NULL, { "ip,domain\na,b\n", "ip,domain\nc,d\n", BOM "ip,domain\ne,f" }, 1, 0,
		        NONE, NONE, true, "ip,domain", "a,b|c,d|e,f|" },
		{ NULL, { "a.b,::1\n", "c,d", "e,f\n" }, 0, 1, NONE, NONE, false, "domain,ip",
		        "a.b,::1|c,d|e,f|" },
		/* one without rows, or without anything */
		{ NULL, { "ip\na\n", "ip\n", "" }, NONE, 0, NONE, NONE, true, "ip", "a|" },
		{ NULL, { "ip\n", "", "ip\nb\n" }, NONE, 0, NONE, NONE, true, "ip", "b|" },
		{ NULL, { "", "c.d,::1\n", "" }, 0, 1, NONE, NONE, false, "domain,ip", "c.d,::1|" },
		{ NULL, { "", BOM, "ip\nc\n" }, NONE, 0, NONE, NONE, true, "ip", "c|" },
		{ NULL, { "domain;ip\na;b", "sep=;\ndomain;ip\nc;d", "domain;ip\re;f\r" }, 0, 1,
		        NONE, NONE, true, "domain,ip", "a,b|c,d|e,f|" },
		{ "ip", { "a\n", "b\n" }, NONE, 0, NONE, NONE, false, "ip", "a|b|" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check(&cases[i]);
}

static void refusals(void **state)
{
	static const struct {
		const char *columns, *texts[FILES_MAX];
	} cases[] = {
		{ "a,b", { "x,y\n" } },              /* names none that is known */
		{ NULL, { "ip\na\n", "domain\n" } }, /* another header row */
		{ NULL, { "ip\na\n", "ip,x\n" } },
		{ NULL, { "ip,x\na\n", "ip,y\n" } },
		{ NULL, { "ip\na\n", "a\n" } },             /* none, where the first has one */
		{ NULL, { "a.b\n", "b\n", "ip\nc\n" } },    /* one, where the first has none */
		{ NULL, { "domain;ip\n", "domain,ip\n" } }, /* another delimiter */
		{ NULL, { "a,b\n" } },                      /* no header row, no domain */
		{ NULL, { "192.0.2.1,a.b\n" } },
		{ NULL, { "a.b 192.0.2.1\n" } },
		{ NULL, { "\n" } },
		/* values beside names of columns */
		{ NULL, { "a.b,192.0.2.1,sender\nc.d,192.0.2.2,sender\n" } },
		{ NULL, { "sender,a@b.c,192.0.2.1\n" } },
		{ NULL, { "domain,a.b\n" } },
		{ NULL, { "domain,a.b\ndomain,c.d\n" } },
		{ NULL, { "domain,::1\n" } },
		{ NULL, { "a.b,ip\nc.d,ip\n" } },
		/* a domain or an address below a name that is not known */
		{ NULL, { "domain,ipaddr\na.b,192.0.2.1\n" } },
		{ NULL, { "hostname,ip\na.b,192.0.2.1\n" } },
		{ NULL, { "ip,helo,from\n192.0.2.1,mx.b,a@b.c\n" } },
		{ NULL, { "\"domain,ip\na.b,192.0.2.1\n" } },
		{ NULL, { "7,192.0.2.1,a.b\n" } },
		{ NULL, { "a@b.c,192.0.2.1\n" } },
		{ NULL, { "Domain name,Agency\n" } },
		{ NULL, { "ip,sender,mailfrom\n" } }, /* two that may be the sender */
		{ NULL, { "ip,x,ip\n" } },
		{ "helo", { "domain,ip\n" } }, /* a header row, where none is */
		{ "domain,x", { "Domain name,y\n" } },
		{ "domain,x", { "a.b,y\n", "domain,y\n" } },
		{ "domain=site", { "domain,ip\n" } }, /* no such column */
		{ "domain=site,ip", { "site,ip\n" } },
		{ "name=site", { "site,ip\n" } },
		{ NULL, { "PK\x03\x04xxxx" } },
		{ NULL,
		        { "\xff\xfe"
		          "d" } },
		{ NULL,
		        { "a.b\n",
		                "\xfd"
		                "7zXZ" } },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct world w;
		assert_false(begin(&w, cases[i].columns, cases[i].texts));
		assert_false(w.in.broke); /* a mistake of the command line */
		end(&w);
	}
}

static void a_file_that_is_not_there(void **state)
{
	(void)state;
	struct made_file file = made_text("ip\n");
	char *paths[] = { file.path, (char[]){ "/nowhere/at/all" } };
	struct inputs_config config = { .paths = paths, .n_paths = 2 };
	struct inputs in;
	assert_false(inputs_open(&in, &config, &never));
	assert_false(in.broke);
	inputs_close(&in);
	made_close(&file);
}

/* The rows before it are given; then it is told that the input broke. */
static void a_torn_file(void **state)
{
	/* gzip of "ip\na\n", its last octets missing */
	static const unsigned char torn[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xcb, 0x2c, 0xe0,
		0x4a, 0xe4, 2, 0 };
	(void)state;
	struct made_file file = made_file(torn, sizeof torn);
	char *path = file.path;
	struct inputs_config config = { .paths = &path, .n_paths = 1 };
	struct inputs in;
	struct input_row row;
	assert_true(inputs_open(&in, &config, &never));
	assert_true(in.layout.has_header);
	assert_true(inputs_next(&in, &row, &never));
	assert_int_equal(row.record.size, 1);
	assert_false(inputs_next(&in, &row, &never));
	assert_true(in.broke);
	inputs_close(&in);
	made_close(&file);
}

static void stopped(void **state)
{
	static const char *const texts[FILES_MAX] = { "ip\na\nb\n" };
	static volatile bool now = true;
	(void)state;
	struct world w;
	struct input_row row;
	assert_true(begin(&w, NULL, texts));
	assert_true(inputs_next(&w.in, &row, &never));
	assert_true(inputs_has_more(&w.in, &never));
	assert_true(inputs_next(&w.in, &row, &never));
	assert_false(inputs_next(&w.in, &row, &now));
	assert_false(w.in.broke);
	end(&w);
}

/* Of every file that was read to its end. */
static void digests(void **state)
{
	static const char *const texts[FILES_MAX] = { "ip\na\n", "ip\nb\n" };
	(void)state;
	struct world w;
	assert_true(begin(&w, NULL, texts));
	assert_string_equal(w.in.digests[0], "");
	struct textbuf rows = rest(&w);
	for (unsigned i = 0; i < 2; i++) {
		char text[DIGEST_TEXT_BYTES];
		struct digest *d = digest_new();
		digest_add(d, texts[i], strlen(texts[i]));
		assert_string_equal(w.in.digests[i], digest_text(d, text));
		digest_free(d);
	}
	textbuf_fini(&rows);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layouts),
		cmocka_unit_test(several_files),
		cmocka_unit_test(refusals),
		cmocka_unit_test(a_file_that_is_not_there),
		cmocka_unit_test(a_torn_file),
		cmocka_unit_test(stopped),
		cmocka_unit_test(digests),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
