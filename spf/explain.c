/* explain.c - the steps of the explanation. See docs/spf-decisions.md, "Explanations".
 *
 * The "exp" that counts is that of the frame on top: the frames of includes were popped, and the
 * frame of a redirect's target stands above the one that it replaced. */
#include "spf/explain.h"

#include "spf/lookup.h"

enum { EXPLANATION_MAX_BYTES = 4096 };

enum turn explain_step_ask(struct spf_check *c)
{
	const struct macro_string *exp = &machine_top(c)->record->exp;
	const struct session session = machine_session(c, exp);
	if (session_hides(&session, exp))
		return machine_go(c, STEP_END);
	if (macro_string_uses(exp, 'p') && !c->names_ready)
		return lookup_names(c, STEP_EXPLAIN);
	if (session_is_non_ascii(&session, exp))
		return machine_go(c, STEP_END);
	session_expand_domain(&session, &c->target, exp);
	if (c->target.size == 0)
		return machine_go(c, STEP_END);
	probe_ask(&c->probe, &c->target, RRTYPE_TXT);
	return machine_wait(c, STEP_EXPLAIN_TEXT);
}

enum turn explain_step_compile(struct spf_check *c)
{
	const struct answer *texts = lookup_answer(c, 0);
	size_t error_at;
	if (!texts || texts->status != ANSWER_OK || texts->n_records != 1)
		return machine_go(c, STEP_END);
	const char *text = (const char *)answer_rdata(texts, 0);
	if (!macro_compile(&c->explanation, text, texts->records[0].rdata_size,
	            MACRO_EXPLAIN_STRING, &c->memory, &error_at)) {
		arena_reset(&c->memory);
		return machine_go(c, STEP_END);
	}
	const struct session session = machine_session(c, &c->explanation);
	if (session_hides(&session, &c->explanation)) {
		arena_reset(&c->memory);
		return machine_go(c, STEP_END);
	}
	if (macro_string_uses(&c->explanation, 'p') && !c->names_ready)
		return lookup_names(c, STEP_EXPLAIN_EXPAND);
	return machine_go(c, STEP_EXPLAIN_EXPAND);
}

static bool is_printable(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] < 0x20 || text[i] > 0x7e)
			return false;
	}
	return true;
}

enum turn explain_step_expand(struct spf_check *c)
{
	char room[EXPLANATION_MAX_BYTES];
	const struct session session = machine_session(c, &c->explanation);
	bool is_cut;
	size_t size = session_expand(&session, room, sizeof room, &c->explanation, &is_cut);
	const char *text = room + sizeof room - size;
	if (!is_cut && is_printable(text, size))
		textbuf_put(&c->result.explanation, text, size);
	arena_reset(&c->memory);
	return machine_go(c, STEP_END);
}
