/* pieces.c - the hot pieces, in the order in which a row meets them.
 *
 * "hot" works on 64 domains, which the processor's caches hold: what the code costs. "wide" works
 * on many, in an order that no prefetcher guesses: what the same costs in a scan, where each
 * look-up goes to main memory. All answers come from the resolver's own cache, filled by the
 * scripted engine before. */
#include "bench/pieces.h"

#include "base/clock.h"
#include "base/hash.h"
#include "bench/handover.h"
#include "bench/workload.h"
#include "io/bgzf.h"
#include "resolver/resolver.h"
#include "resolver/scripted/scripted.h"
#include "dns/wire.h"
#include "results/columns.h"
#include "scanner/runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { HOT_DOMAINS = 64, CACHE_BYTES = 1 << 30 };

/* A workload with a resolver whose cache holds every answer that its rows ask for. */
struct scene {
	struct workload workload;
	struct resolver *resolver;
	struct row_settings settings;
	struct runner runner;
	struct layout layout;
	struct column_set columns;
	struct identity identity;
	struct textbuf out, scratch;
	struct dname *names; /* of the rows' domains */
	unsigned at;         /* the next row */
	uint64_t n_finished, n_passed;
	uint64_t print_again;
};

struct pieces {
	struct scene hot, wide;
	uint64_t sum;
	int plain_fd, gzip_fd; /* the wide rows as a file */
	struct bgzf *bgzf;
	struct textbuf member; /* one member's worth of output rows */
	struct textbuf packed;
	uint8_t packet[512];
	size_t packet_size;
	struct dname packet_name;
	struct answer_builder builder;
};

static void die(const char *what)
{
	fprintf(stderr, "micro: %s\n", what);
	exit(1);
}

/* ---- rows on a warm cache ---- */

static void on_finished(struct runner *runner, struct row *row)
{
	struct scene *s = runner->owner;
	s->n_finished++;
	s->n_passed += row->has_spf && row->spf.result.verdict == SPF_PASS;
	for (uint64_t i = 0; i <= s->print_again; i++) {
		textbuf_reset(&s->out);
		struct outcome outcome = row_outcome(row);
		columns_put_row(&s->out, &s->scratch, &s->layout, &s->columns, &outcome);
	}
}

/* A step that is prime to every size we use visits all rows, far from one another. */
static unsigned next_row(struct scene *s)
{
	s->at = (unsigned)((s->at + 7919u) % s->workload.n_rows);
	return s->at;
}

static void run_row(struct scene *s, unsigned i)
{
	struct row *row = runner_take_row(&s->runner);
	if (!row)
		die("out of memory");
	row->number = i + 1;
	row->record = s->workload.records[i];
	identity_parse(&row->identity, &s->layout, &row->record);
	runner_start(&s->runner, row);
}

static void scene_warm(struct scene *s)
{
	uint64_t now_ns = CLOCK_NS_PER_S;
	for (unsigned i = 0; i < s->workload.n_rows; i++) {
		run_row(s, i);
		while (s->runner.n_active) {
			runner_tick(&s->runner, now_ns++, 1800000000);
			runner_turn(&s->runner);
		}
	}
	if (s->n_finished != s->workload.n_rows || s->n_passed * 2 < s->n_finished)
		die("the workload's rows do not get their verdicts");
	struct resolver_counters counters;
	resolver_counters(s->resolver, &counters);
	if (counters.cache_evictions || counters.failures)
		die("the cache does not hold the workload");
}

static void scene_init(struct scene *s, unsigned n_domains)
{
	char why[128];
	if (!workload_init(&s->workload, n_domains))
		die("the workload cannot be made");
	s->layout = (struct layout){
		.n_columns = 2, .domain = 0, .ip = 1, .sender = COLUMN_NONE, .helo = COLUMN_NONE
	};
	struct resolver_config config = { .engine = &scripted_engine,
		.source = s->workload.script,
		.question_deadline_ms = 10000,
		.max_in_flight = 1000,
		.cache_bytes = CACHE_BYTES,
		.failure_ttl_s = 30,
		.n_workers = 1 };
	if (resolver_new(&s->resolver, &config, NULL, why, sizeof why))
		die(why);
	columns_all(&s->columns, NULL);
	s->settings = (struct row_settings){ .checks = CHECK_ALL,
		.explain = true,
		.deadline_ns = 60 * CLOCK_NS_PER_S,
		.limits = spf_limits_of_rfc };
	runner_init(&s->runner, s->resolver, &s->settings, 1000);
	runner_tick(&s->runner, CLOCK_NS_PER_S, 1800000000);
	s->runner.finished = on_finished;
	s->runner.owner = s;
	s->names = calloc(n_domains, sizeof *s->names);
	if (!s->names)
		die("out of memory");
	for (unsigned i = 0; i < n_domains; i++) {
		const struct csv_record *r = &s->workload.records[i];
		dname_parse(&s->names[i], r->text,
		        (size_t)((const char *)memchr(r->text, ',', r->size) - r->text));
	}
	scene_warm(s);
}

static void scene_fini(struct scene *s)
{
	runner_fini(&s->runner);
	resolver_free(s->resolver);
	identity_fini(&s->identity);
	textbuf_fini(&s->out);
	textbuf_fini(&s->scratch);
	free(s->names);
	workload_fini(&s->workload);
}

static void rows_hot(struct pieces *p, uint64_t n)
{
	while (n--)
		run_row(&p->hot, next_row(&p->hot));
	p->sum += p->hot.n_passed;
}

static void rows_wide(struct pieces *p, uint64_t n)
{
	while (n--)
		run_row(&p->wide, next_row(&p->wide));
	p->sum += p->wide.n_passed;
}

static void print_row(struct pieces *p, uint64_t n)
{
	p->hot.print_again = n;
	run_row(&p->hot, 2); /* always the same: the kind with the longest record */
	p->hot.print_again = 0;
	p->sum += p->hot.out.size;
}

/* ---- questions ---- */

static void unexpected(struct resolver_waiter *waiter, const struct answer *answer)
{
	(void)waiter;
	answer_unref(answer);
	die("a question was not cached");
}

static void ask_cached(struct pieces *p, struct scene *s, uint64_t n)
{
	struct resolver_waiter waiter = { .done = unexpected };
	while (n--) {
		const struct answer *a =
		        resolver_ask(s->resolver, &waiter, &s->names[next_row(s)], RRTYPE_TXT);
		if (!a)
			die("a question was not cached");
		p->sum += a->n_records;
		answer_unref(a);
	}
}

static void ask_hot(struct pieces *p, uint64_t n)
{
	ask_cached(p, &p->hot, n);
}

static void ask_wide(struct pieces *p, uint64_t n)
{
	ask_cached(p, &p->wide, n);
}

static void hash_name(struct pieces *p, uint64_t n)
{
	while (n--) {
		const struct dname *name = &p->hot.names[next_row(&p->hot)];
		p->sum += hash_bytes(name->wire, name->size);
	}
}

static void decode(struct pieces *p, uint64_t n)
{
	while (n--) {
		answer_builder_begin(&p->builder, &p->packet_name, RRTYPE_A);
		if (!wire_decode(&p->builder, p->packet, p->packet_size))
			die("the packet is no answer");
		struct answer *a = answer_build(&p->builder);
		if (!a)
			die("out of memory");
		p->sum += a->n_records;
		answer_unref(a);
	}
}

/* ---- SPF with its answers at hand: what was asked is remembered in order, and the same check asks
 * the same ---- */

struct spf_replay {
	struct asker asker; /* first */
	struct resolver *resolver;
	const struct answer *answers[64];
	unsigned n, at;
	bool recorded;
};

static const struct answer *replay_ask(struct asker *asker, struct probe *probe, unsigned slot,
        const struct dname *qname, enum rrtype type)
{
	struct spf_replay *r = (struct spf_replay *)asker;
	struct resolver_waiter waiter = { .done = unexpected };
	(void)probe, (void)slot;
	if (!r->recorded) {
		if (r->n == sizeof r->answers / sizeof r->answers[0])
			die("a check asks too much");
		r->answers[r->n++] = resolver_ask(r->resolver, &waiter, qname, type);
	}
	return answer_ref(r->answers[r->at++]);
}

/* All four kinds of records in turn; one operation is one check. */
static void check_spf(struct pieces *p, uint64_t n)
{
	struct spf_replay replays[4] = { 0 };
	struct spf_request requests[4] = { 0 };
	struct spf_check *check = calloc(1, sizeof *check);
	if (!check)
		die("out of memory");
	for (unsigned k = 0; k < 4; k++) {
		replays[k].asker.ask = replay_ask;
		replays[k].resolver = p->hot.resolver;
		identity_parse(&p->hot.identity, &p->hot.layout, &p->hot.workload.records[k]);
		requests[k] = (struct spf_request){
			.ip = p->hot.identity.ip, .domain = p->hot.identity.domain, .explain = true
		};
	}
	for (uint64_t i = 0; i < n; i++) {
		struct spf_replay *r = &replays[i % 4];
		r->at = 0;
		spf_check_begin(check, &requests[i % 4], &spf_limits_of_rfc, &r->asker);
		if (!probe_run(&check->probe))
			die("a check waits");
		r->recorded = true;
		p->sum += check->result.verdict;
	}
	spf_check_fini(check);
	free(check);
	for (unsigned k = 0; k < 4; k++)
		for (unsigned i = 0; i < replays[k].n; i++)
			answer_unref(replays[k].answers[i]);
}

static void compile(struct pieces *p, uint64_t n)
{
	static const char text[] =
	        "v=spf1 ip4:198.51.100.0/24 ip4:203.0.113.7 a mx include:_spf.example.com "
	        "include:spf.protection.example.net ~all";
	while (n--) {
		struct spf_record *record = spf_record_compile(text, sizeof text - 1);
		if (!record || record->outcome != SPF_NEUTRAL)
			die("the record does not compile");
		p->sum += record->n_directives;
		spf_record_free(record);
	}
}

/* ---- input ---- */

static void read_rows(struct pieces *p, int fd, uint64_t n)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	while (n) {
		struct source *source;
		struct csv_record record;
		if (source_open(&source, path))
			die(path);
		struct csv_reader *reader = csv_reader_new(source);
		if (!reader)
			die("out of memory");
		uint64_t before = n;
		for (; n && csv_read(reader, &record, NULL); n--)
			p->sum += record.size;
		if (before == n)
			die("the rows cannot be read");
		csv_reader_free(reader);
		source_close(source);
	}
}

static void read_plain(struct pieces *p, uint64_t n)
{
	read_rows(p, p->plain_fd, n);
}

static void read_gzip(struct pieces *p, uint64_t n)
{
	read_rows(p, p->gzip_fd, n);
}

static void split(struct pieces *p, const char *text, bool plain, uint64_t n)
{
	size_t size = strlen(text);
	while (n--) {
		struct csv_fields fields = csv_fields_of(text, size, plain, false, &p->hot.scratch);
		for (struct csv_field field; csv_next_field(&fields, &field);)
			p->sum += field.size;
	}
}

static void split_plain(struct pieces *p, uint64_t n)
{
	split(p,
	        "4711,domain-4711.example.com,192.0.2.47,user@domain-4711.example.com,mail.example."
	        "com,2026-01-01,250",
	        true, n);
}

static void split_quoted(struct pieces *p, uint64_t n)
{
	split(p,
	        "4711,\"domain-4711.example.com\",192.0.2.47,\"\"\"a "
	        "b\"\"@domain-4711.example.com\",mail.example.com,"
	        "\"2026-01-01, noon\",250",
	        false, n);
}

static void parse_identity(struct pieces *p, uint64_t n)
{
	while (n--) {
		identity_parse(&p->hot.identity, &p->hot.layout,
		        &p->hot.workload.records[next_row(&p->hot)]);
		p->sum += p->hot.identity.domain.size;
	}
}

/* ---- output ---- */

static void compress(struct pieces *p, uint64_t n)
{
	struct bgzf_checkpoint checkpoint = { .first_row = 1, .n_rows = 1 };
	while (n--) {
		textbuf_reset(&p->packed);
		bgzf_put_member(p->bgzf, &p->packed, p->member.bytes, p->member.size, &checkpoint);
		p->sum += p->packed.size;
	}
}

static size_t member_bytes(const struct pieces *p)
{
	return p->member.size;
}

static size_t row_bytes(const struct pieces *p)
{
	return p->wide.workload.text.size / p->wide.workload.n_rows;
}

/* ---- hand-over ---- */

static void ring_alone(struct pieces *p, uint64_t n)
{
	if (!handover_alone(n))
		die("out of memory");
	p->sum += n;
}

static void ring_between(struct pieces *p, uint64_t n)
{
	if (!handover_between(n))
		die("items were lost between two threads, or there is no second thread");
	p->sum += n;
}

/* ---- all of them ---- */

const struct piece pieces_table[] = {
	{ "csv_read", "row of a plain file", read_plain, row_bytes, false },
	{ "csv_read, gzip", "row of a gzip file", read_gzip, row_bytes, false },
	{ "csv fields, plain", "row of 7 fields", split_plain, NULL, false },
	{ "csv fields, quoted", "row of 7 fields, 3 quoted", split_quoted, NULL, false },
	{ "identity_parse", "row", parse_identity, NULL, false },
	{ "hash_bytes", "name of some 26 octets", hash_name, NULL, false },
	{ "resolver_ask, hot", "cached answer out of 64", ask_hot, NULL, false },
	{ "resolver_ask, wide", "cached answer out of many", ask_wide, NULL, false },
	{ "spf_record_compile", "record of 7 terms", compile, NULL, false },
	{ "spf_check", "check, answers at hand", check_spf, NULL, false },
	{ "wire_decode", "message into answer", decode, NULL, false },
	{ "row, hot", "row, all checks, parsed and printed", rows_hot, NULL, false },
	{ "row, wide", "row, all checks, parsed and printed", rows_wide, NULL, false },
	{ "columns_put_row", "row", print_row, NULL, false },
	{ "bgzf_put_member", "member of output rows", compress, member_bytes, false },
	{ "ring, one thread", "push and pop", ring_alone, NULL, false },
	{ "ring, two threads", "item, doorbells included", ring_between, NULL, true },
};
const size_t pieces_count = sizeof pieces_table / sizeof pieces_table[0];

static int file_of(const void *bytes, size_t size)
{
	int fd = memfd_create("rows.csv", MFD_CLOEXEC);
	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		die("no file in memory");
	return fd;
}

static void make_input_files(struct pieces *p)
{
	const struct textbuf *text = &p->wide.workload.text;
	struct textbuf gzip = { 0 };
	for (size_t at = 0; at < text->size; at += BGZF_TEXT_MAX_BYTES) {
		size_t left = text->size - at;
		struct bgzf_checkpoint none = { 0 };
		bgzf_put_member(p->bgzf, &gzip, text->bytes + at,
		        left < BGZF_TEXT_MAX_BYTES ? left : BGZF_TEXT_MAX_BYTES, &none);
	}
	bgzf_put_eof(&gzip);
	p->plain_fd = file_of(text->bytes, text->size);
	p->gzip_fd = file_of(gzip.bytes, gzip.size);
	textbuf_fini(&gzip);
}

/* Rows of as many domains as fit, so that they compress like a scan's. */
static void make_member(struct pieces *p)
{
	for (unsigned i = 0;; i++) {
		run_row(&p->wide, i % p->wide.workload.n_rows);
		if (p->member.size + p->wide.out.size > BGZF_TEXT_MAX_BYTES)
			return;
		textbuf_put(&p->member, p->wide.out.bytes, p->wide.out.size);
	}
}

/* One question and its answer as a server sends them: the question's octets, then an A record with
 * a pointer to the name. */
static void make_packet(struct pieces *p)
{
	static const uint8_t record[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 14, 16, 0, 4, 10, 64, 0, 1 };
	dname_parse(&p->packet_name, "mail.domain-4711.example.com", 28);
	size_t size = wire_encode_query(p->packet, 4711, &p->packet_name, RRTYPE_A, 0, false);
	p->packet[2] |= 0x80;
	p->packet[7] = 1;
	memcpy(p->packet + size, record, sizeof record);
	p->packet_size = size + sizeof record;
}

struct pieces *pieces_new(unsigned n_wide)
{
	struct pieces *p = calloc(1, sizeof *p);
	if (!p || !(p->bgzf = bgzf_new(1)))
		die("out of memory");
	scene_init(&p->hot, HOT_DOMAINS);
	scene_init(&p->wide, n_wide);
	make_input_files(p);
	make_member(p);
	make_packet(p);
	return p;
}

void pieces_free(struct pieces *p)
{
	scene_fini(&p->hot);
	scene_fini(&p->wide);
	close(p->plain_fd);
	close(p->gzip_fd);
	bgzf_free(p->bgzf);
	textbuf_fini(&p->member);
	textbuf_fini(&p->packed);
	answer_builder_fini(&p->builder);
	free(p);
}
