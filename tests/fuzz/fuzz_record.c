/* fuzz_record.c - any octets as the TXT record of every name there is: the compiler keeps its
 * promises, and a check of it ends within its limits.
 *
 * The first octet chooses the client and what other questions are answered, the rest is the record.
 */
#include "target.h"

#include "spf/check.h"

#include <string.h>

struct world {
	struct asker asker; /* first */
	const uint8_t *text;
	size_t size;
	unsigned choice, n_asked;
};

/* Two records of what was asked; which types have none, or fail, is the choice's. */
static void fill(struct answer_builder *b, const struct world *w, enum rrtype type)
{
	static const uint8_t address[16] = { 192, 0, 2, 1 }, name[] = "\4mail\7example\3com";
	if ((w->choice + w->n_asked) % 7 == 0)
		b->status = ANSWER_NXDOMAIN;
	else if ((w->choice + w->n_asked) % 61 == 0)
		b->status = ANSWER_SERVFAIL;
	else if (type == RRTYPE_TXT)
		answer_builder_add(b, w->text, w->size, 0);
	else if (type == RRTYPE_A || type == RRTYPE_AAAA)
		answer_builder_add(b, address, type == RRTYPE_A ? 4 : 16, 0);
	else
		answer_builder_add(b, name, sizeof name, (uint16_t)w->choice);
}

static const struct answer *ask(struct asker *asker, struct probe *probe, unsigned slot,
        const struct dname *qname, enum rrtype type)
{
	struct world *w = (struct world *)asker;
	struct answer_builder b = { .n_records = 0 };
	(void)probe;
	(void)slot;
	require(qname->size > 0 && ++w->n_asked < 200);
	answer_builder_begin(&b, qname, type);
	fill(&b, w, type);
	const struct answer *answer = answer_build(&b);
	require(answer);
	answer_builder_fini(&b);
	return answer;
}

static void check_record(const char *text, size_t size)
{
	struct spf_record *r = spf_record_compile(text, size);
	require(r && r->error_at <= size &&
	        (r->outcome == SPF_NEUTRAL) == (r->problem == SPF_PROBLEM_NONE));
	tell_outcome(r->outcome == SPF_NEUTRAL ? "program" : "refused");
	for (size_t i = 0; r->outcome == SPF_NEUTRAL && i < size; i++)
		require(text[i] >= 0x20 && text[i] < 0x7f);
	unsigned n_lookups = 0;
	for (size_t i = 0; r->outcome == SPF_NEUTRAL && i < r->n_directives; i++) {
		const struct spf_directive *d = &r->directives[i];
		require(d->text > text && d->text + d->text_size <= text + size &&
		        d->prefix_4 <= 32 && d->prefix_6 <= 128);
		require(d->mechanism != SPF_ALL || (r->has_all && i == r->n_directives - 1));
		n_lookups += d->mechanism != SPF_ALL && d->mechanism != SPF_IP4 &&
		        d->mechanism != SPF_IP6;
	}
	/* an "all" that is there is kept, but for one that no check can reach */
	bool keeps_all = r->n_directives && r->directives[r->n_directives - 1].mechanism == SPF_ALL;
	require(r->outcome != SPF_NEUTRAL ||
	        keeps_all == (r->has_all && n_lookups <= spf_limits_of_rfc.lookup_terms));
	spf_record_free(r);
}

static void check_host(struct world *w)
{
	struct ipaddr ip = { .family = w->choice & 1 ? IPFAMILY_6 : IPFAMILY_4,
		.bytes = { 192, 0, 2, 1 } };
	struct spf_request request = { .explain = true, .ip = ip };
	struct spf_check check = { .n_frames = 0 };
	require(dname_parse(&request.domain, "www.example.com", 15) == ERROR_NONE);
	spf_check_begin(&check, &request, &spf_limits_of_rfc, &w->asker);
	require(probe_run(&check.probe));
	const struct spf_result *r = &check.result;
	require(r->lookups <= 10 && r->void_lookups <= 3 &&
	        (r->void_lookups == 3) == (r->problem == SPF_PROBLEM_VOID_LIMIT));
	require((r->verdict >= SPF_TEMPERROR) == (r->problem != SPF_PROBLEM_NONE) &&
	        (r->verdict == SPF_TEMPERROR) == (r->failed != NULL));
	require(r->verdict == SPF_FAIL || r->explanation.size == 0);
	spf_check_fini(&check);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || size > 65536)
		return 0;
	struct world w = {
		.asker = { .ask = ask }, .text = data + 1, .size = size - 1, .choice = data[0]
	};
	tell_outcome("no-record");
	if (spf_record_has_version((const char *)w.text, w.size))
		check_record((const char *)w.text, w.size);
	check_host(&w);
	return 0;
}
