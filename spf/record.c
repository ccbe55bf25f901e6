/* record.c - selects and compiles SPF records (RFC 7208 sections 4.5, 4.6, 5, 6).
 *
 * How the grammar is read: docs/spf-decisions.md, "Octets outside the grammar" and the three
 * sections behind it.
 *
 * A record of 64 KB may hold 30 000 terms, and a check tests few of them. A term that no check can
 * reach is compiled into memory that the next such term uses again. So a record takes at most some
 * ten times its text, with nothing but short "ip4" and "ip6". */
#include "spf/record.h"

#include "base/slab.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define VERSION "v=spf1"
#define VERSION_SIZE (sizeof VERSION - 1)

/* A larger record takes several chunks, so that no chunk is much too large. */
#define CHUNK_MAX_BYTES 1800

/* What is attached to the answer. The attachment is first. */
struct compiled {
	struct answer_attachment attachment;
	struct arena arena;
	struct arena unreachable; /* of a term that no check can reach; empty in the end */
	struct arena *into;       /* of the term being compiled: one of the two */
	struct spf_record record;
	unsigned n_lookups;
	const struct spf_modifier **modifiers_end;
	bool exp_seen, redirect_seen;
	bool in_slab; /* the answer's, as the arena's memory */
};

/* A part of the record's text that is still to be read. */
struct span {
	const char *at, *end;
};

enum argument {
	ARGUMENT_NONE,
	ARGUMENT_DOMAIN,
	ARGUMENT_DOMAIN_OPTIONAL,
	ARGUMENT_DOMAIN_CIDR,
	ARGUMENT_NETWORK_4,
	ARGUMENT_NETWORK_6
};

struct mechanism_syntax {
	const char *name;
	enum spf_mechanism mechanism;
	enum argument argument;
};

static const struct mechanism_syntax mechanisms[] = {
	{ "all", SPF_ALL, ARGUMENT_NONE },
	{ "include", SPF_INCLUDE, ARGUMENT_DOMAIN },
	{ "a", SPF_A, ARGUMENT_DOMAIN_CIDR },
	{ "mx", SPF_MX, ARGUMENT_DOMAIN_CIDR },
	{ "ptr", SPF_PTR, ARGUMENT_DOMAIN_OPTIONAL },
	{ "ip4", SPF_IP4, ARGUMENT_NETWORK_4 },
	{ "ip6", SPF_IP6, ARGUMENT_NETWORK_6 },
	{ "exists", SPF_EXISTS, ARGUMENT_DOMAIN },
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word(struct span s, const char *word)
{
	size_t size = (size_t)(s.end - s.at);
	return size == strlen(word) && strncasecmp(s.at, word, size) == 0;
}

static bool syntax_error(struct compiled *c, const char *where)
{
	c->record.error_at = (size_t)(where - c->record.text);
	return false;
}

static bool compile_macro(
        struct compiled *c, struct macro_string *m, struct span s, enum macro_grammar grammar)
{
	size_t error_at;
	if (!macro_compile(m, s.at, (size_t)(s.end - s.at), grammar, c->into, &error_at))
		return syntax_error(c, s.at + error_at);
	for (size_t i = 0; c->record.is_whole && i < m->n_segments; i++)
		if (m->segments[i].letter)
			c->record.macro_letters |= 1u << (m->segments[i].letter - 'a');
	return true;
}

/* "0" / %x31-39 *DIGIT, at most `max`. */
static bool parse_prefix(struct compiled *c, struct span digits, unsigned max, uint8_t *prefix)
{
	size_t n = (size_t)(digits.end - digits.at);
	unsigned value = 0;
	if (n == 0 || n > 3 || (n > 1 && *digits.at == '0'))
		return syntax_error(c, digits.at);
	for (const char *at = digits.at; at < digits.end; at++) {
		if (!is_digit(*at))
			return syntax_error(c, at);
		value = value * 10 + (unsigned)(*at - '0');
	}
	if (value > max)
		return syntax_error(c, digits.at);
	*prefix = (uint8_t)value;
	return true;
}

/* Cuts `slashes` and a prefix length from the end of the span, if they stand there. From the end,
 * since a domain-spec may hold slashes but not end in one and digits. */
static bool cut_prefix(
        struct compiled *c, struct span *s, const char *slashes, unsigned max, uint8_t *prefix)
{
	struct span digits = { .at = s->end, .end = s->end };
	size_t n_slashes = strlen(slashes);
	while (digits.at > s->at && is_digit(digits.at[-1]))
		digits.at--;
	if (digits.at == digits.end || (size_t)(digits.at - s->at) < n_slashes)
		return true;
	if (memcmp(digits.at - n_slashes, slashes, n_slashes) != 0)
		return true;
	s->end = digits.at - n_slashes;
	return parse_prefix(c, digits, max, prefix);
}

/* ":" domain-spec; with `optional` it may be missing. */
static bool compile_domain(
        struct compiled *c, struct spf_directive *d, struct span s, bool optional)
{
	if (s.at == s.end && optional)
		return true;
	if (s.at == s.end || *s.at != ':')
		return syntax_error(c, s.at);
	s.at++;
	d->has_domain = true;
	return compile_macro(c, &d->domain, s, MACRO_DOMAIN_SPEC);
}

/* [ ":" domain-spec ] [ dual-cidr-length ] */
static bool compile_domain_cidr(struct compiled *c, struct spf_directive *d, struct span s)
{
	return cut_prefix(c, &s, "//", 128, &d->prefix_6) &&
	        cut_prefix(c, &s, "/", 32, &d->prefix_4) && compile_domain(c, d, s, true);
}

/* ":" ip4-network [ ip4-cidr-length ]; the same for ip6. */
static bool compile_network(struct compiled *c, struct spf_directive *d, struct span s)
{
	bool is_4 = d->mechanism == SPF_IP4;
	if (s.at == s.end || *s.at != ':')
		return syntax_error(c, s.at);
	const char *network = s.at + 1;
	const char *slash = memchr(network, '/', (size_t)(s.end - network));
	size_t size = (size_t)((slash ? slash : s.end) - network);
	if (is_4 ? ipaddr_parse_4(&d->network, network, size)
	         : ipaddr_parse_6(&d->network, network, size))
		return syntax_error(c, network);
	if (!slash)
		return true;
	struct span digits = { .at = slash + 1, .end = s.end };
	return is_4 ? parse_prefix(c, digits, 32, &d->prefix_4)
	            : parse_prefix(c, digits, 128, &d->prefix_6);
}

static bool compile_argument(
        struct compiled *c, struct spf_directive *d, struct span s, enum argument argument)
{
	switch (argument) {
	case ARGUMENT_NONE:
		return s.at == s.end || syntax_error(c, s.at);
	case ARGUMENT_DOMAIN:
		return compile_domain(c, d, s, false);
	case ARGUMENT_DOMAIN_OPTIONAL:
		return compile_domain(c, d, s, true);
	case ARGUMENT_DOMAIN_CIDR:
		return compile_domain_cidr(c, d, s);
	case ARGUMENT_NETWORK_4:
	case ARGUMENT_NETWORK_6:
		return compile_network(c, d, s);
	}
	return false;
}

static enum spf_verdict verdict_of_qualifier(char c)
{
	switch (c) {
	case '-':
		return SPF_FAIL;
	case '~':
		return SPF_SOFTFAIL;
	case '?':
		return SPF_NEUTRAL;
	default:
		return SPF_PASS;
	}
}

static bool looks_up(enum spf_mechanism mechanism)
{
	return mechanism != SPF_ALL && mechanism != SPF_IP4 && mechanism != SPF_IP6;
}

/* directive = [ qualifier ] mechanism. One that no check can reach is dropped. */
static bool compile_directive(struct compiled *c, struct span term)
{
	struct spf_directive d = { .prefix_4 = 32,
		.prefix_6 = 128,
		.text = term.at,
		.text_size = (uint16_t)(term.end - term.at) };
	d.on_match = (uint8_t)verdict_of_qualifier(*term.at);
	if (strchr("+-?~", *term.at) && *term.at)
		term.at++;
	struct span name = { .at = term.at, .end = term.at };
	while (name.end < term.end && *name.end != ':' && *name.end != '/')
		name.end++;
	for (size_t i = 0; i < sizeof mechanisms / sizeof *mechanisms; i++) {
		const struct mechanism_syntax *m = &mechanisms[i];
		if (!is_word(name, m->name))
			continue;
		d.mechanism = (uint8_t)m->mechanism;
		bool is_reachable = !c->record.has_all &&
		        (c->record.is_whole || c->n_lookups < SPF_RECORD_LOOKUPS_MAX);
		c->record.n_behind_all += c->record.has_all;
		c->into = is_reachable ? &c->arena : &c->unreachable;
		if (!compile_argument(c, &d, (struct span){ name.end, term.end }, m->argument))
			return false;
		if (is_reachable)
			c->record.directives[c->record.n_directives++] = d;
		c->record.has_all = c->record.has_all || m->mechanism == SPF_ALL;
		c->n_lookups += looks_up(m->mechanism);
		return true;
	}
	return syntax_error(c, name.at);
}

/* name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." ), then "=". NULL: the term is no modifier. */
static const char *find_equals_sign(struct span term)
{
	if (!is_alpha(*term.at))
		return NULL;
	const char *at = term.at;
	while (at < term.end &&
	        (is_alpha(*at) || is_digit(*at) || *at == '-' || *at == '_' || *at == '.'))
		at++;
	return at < term.end && *at == '=' ? at : NULL;
}

static void add_modifier(struct compiled *c, struct span name)
{
	struct spf_modifier *m = arena_alloc(&c->arena, sizeof *m);
	if (!m)
		return;
	*m = (struct spf_modifier){ .name = name.at, .name_size = (size_t)(name.end - name.at) };
	*c->modifiers_end = m;
	c->modifiers_end = &m->next;
}

/* modifier = redirect / explanation / unknown-modifier; the first two at most once (section 6). */
static bool compile_modifier(struct compiled *c, struct span term, const char *equals_sign)
{
	struct span name = { .at = term.at, .end = equals_sign },
	            value = { .at = equals_sign + 1, .end = term.end };
	c->into = &c->arena;
	if (is_word(name, "redirect")) {
		if (c->redirect_seen)
			return syntax_error(c, term.at);
		c->redirect_seen = true;
		c->record.redirect_text = term.at;
		c->record.redirect_text_size = (size_t)(term.end - term.at);
		return compile_macro(c, &c->record.redirect, value, MACRO_DOMAIN_SPEC);
	}
	if (is_word(name, "exp")) {
		if (c->exp_seen)
			return syntax_error(c, term.at);
		c->exp_seen = true;
		c->record.exp_text = value.at;
		c->record.exp_text_size = (size_t)(value.end - value.at);
		return compile_macro(c, &c->record.exp, value, MACRO_DOMAIN_SPEC);
	}
	struct macro_string ignored;
	if (c->record.is_whole)
		add_modifier(c, name);
	c->into = &c->unreachable;
	return compile_macro(c, &ignored, value, MACRO_STRING);
}

/* terms = *( 1*SP ( directive / modifier ) ), then *SP. */
static bool compile_terms(struct compiled *c)
{
	const char *end = c->record.text + c->record.text_size;
	struct span term = { .end = c->record.text + VERSION_SIZE };
	for (;;) {
		for (term.at = term.end; term.at < end && *term.at == ' ';)
			term.at++;
		if (term.at == end)
			return true;
		const char *blank = memchr(term.at, ' ', (size_t)(end - term.at));
		term.end = blank ? blank : end;
		const char *equals_sign = find_equals_sign(term);
		if (!(equals_sign ? compile_modifier(c, term, equals_sign)
		                  : compile_directive(c, term)))
			return false;
		if (!c->unreachable.overflow)
			arena_reset(&c->unreachable);
	}
}

/* Section 3.1. Before the grammar, which would only say "syntax". */
static bool check_ascii(struct compiled *c)
{
	for (size_t i = 0; i < c->record.text_size; i++) {
		if ((uint8_t)c->record.text[i] > 127)
			return syntax_error(c, c->record.text + i);
	}
	return true;
}

static void set_outcome(struct spf_record *r, enum spf_problem problem)
{
	r->problem = problem;
	r->outcome = problem ? SPF_PERMERROR : SPF_NEUTRAL;
}

static void compile_text(struct compiled *c)
{
	if (!check_ascii(c)) {
		set_outcome(&c->record, SPF_PROBLEM_NOT_ASCII);
		return;
	}
	set_outcome(&c->record, compile_terms(c) ? SPF_PROBLEM_NONE : SPF_PROBLEM_SYNTAX);
	if (c->record.problem)
		return;
	c->record.has_redirect = c->redirect_seen && !c->record.has_all;
	c->record.redirect_ignored = c->redirect_seen && c->record.has_all;
	c->record.has_exp = c->exp_seen;
}

/* An upper bound of the directives that a record keeps. */
static size_t count_directives(const char *text, size_t size, bool is_whole)
{
	size_t n_networks = 0, n_others = 0;
	for (size_t i = 1; i + 1 < size; i++) {
		if (text[i - 1] != ' ' || text[i] == ' ')
			continue;
		size_t at = i + (strchr("+-?~", text[i]) != NULL && text[i]);
		bool is_network = size - at > 4 && strncasecmp(text + at, "ip", 2) == 0 &&
		        text[at + 3] == ':';
		*(is_network ? &n_networks : &n_others) += 1;
	}
	n_others += size > 1 && text[size - 2] == ' ' && text[size - 1] != ' ';
	return n_networks +
	        (is_whole || n_others < SPF_RECORD_LOOKUPS_MAX + 1 ? n_others
	                                                           : SPF_RECORD_LOOKUPS_MAX + 1);
}

/* Sized so that the usual record takes one chunk: each directive with a literal domain. */
static struct compiled *compiled_new(
        const char *text, size_t size, size_t n_directives, struct slab *slab)
{
	struct compiled *c = slab ? slab_get(slab, sizeof *c) : malloc(sizeof *c);
	if (!c)
		return NULL;
	*c = (struct compiled){ .in_slab = slab != NULL };
	size_t directives_bytes = n_directives * sizeof *c->record.directives;
	size_t usual_bytes =
	        directives_bytes + n_directives * sizeof(struct macro_segment) + 2 * size + 64;
	arena_init(&c->arena, usual_bytes < CHUNK_MAX_BYTES ? usual_bytes : CHUNK_MAX_BYTES, 0);
	arena_init(&c->unreachable, CHUNK_MAX_BYTES, 0);
	c->arena.slab = slab;
	c->record = (struct spf_record){ .text = text,
		.text_size = size,
		.directives = arena_alloc(&c->arena, directives_bytes + 1) };
	return c;
}

static void compiled_free(struct answer_attachment *attachment)
{
	struct compiled *c = (struct compiled *)attachment;
	arena_fini(&c->arena);
	if (c->in_slab)
		slab_put(c);
	else
		free(c);
}

static struct compiled *compiled_finish(struct compiled *c)
{
	bool has_memory = !c->arena.overflow && !c->unreachable.overflow;
	arena_fini(&c->unreachable);
	if (!has_memory) {
		compiled_free(&c->attachment);
		return NULL;
	}
	if (c->record.problem) {
		c->record.directives = NULL;
		c->record.n_directives = 0;
		c->record.modifiers = NULL;
		arena_fini(&c->arena);
	}
	c->attachment = (struct answer_attachment){ .free = compiled_free,
		.size_bytes = sizeof *c + arena_held_bytes(&c->arena) };
	return c;
}

static struct compiled *compile_record(
        const char *text, size_t size, struct slab *slab, bool is_whole)
{
	struct compiled *c = compiled_new(text, size, count_directives(text, size, is_whole), slab);
	if (!c)
		return NULL;
	c->record.is_whole = is_whole;
	c->modifiers_end = &c->record.modifiers;
	if (!c->arena.overflow)
		compile_text(c);
	return compiled_finish(c);
}

/* Section 4.5: more than one is permerror, whatever they say. */
static struct compiled *refuse_records(
        const char *text, size_t size, struct slab *slab, bool is_whole)
{
	struct compiled *c = compiled_new(text, size, 0, slab);
	if (!c)
		return NULL;
	c->record.is_whole = is_whole;
	set_outcome(&c->record, SPF_PROBLEM_MULTIPLE_RECORDS);
	return compiled_finish(c);
}

struct spf_record *spf_record_compile(const char *text, size_t size)
{
	struct compiled *c = compile_record(text, size, NULL, false);
	return c ? &c->record : NULL;
}

struct spf_record *spf_record_compile_whole(const char *text, size_t size)
{
	struct compiled *c = compile_record(text, size, NULL, true);
	return c ? &c->record : NULL;
}

void spf_record_free(struct spf_record *record)
{
	if (record)
		compiled_free((struct answer_attachment *)((char *)record -
		        offsetof(struct compiled, record)));
}

bool spf_record_has_version(const char *text, size_t size)
{
	return size >= VERSION_SIZE && strncasecmp(text, VERSION, VERSION_SIZE) == 0 &&
	        (size == VERSION_SIZE || text[VERSION_SIZE] == ' ');
}

static const struct spf_record *record_of_answer(const struct answer *answer, bool is_whole)
{
	static const struct spf_record no_record = { .outcome = SPF_NONE, .text = "" };
	if (answer->attachment)
		return &((const struct compiled *)answer->attachment)->record;
	const char *first = NULL;
	size_t first_size = 0;
	unsigned n_found = 0;
	for (unsigned i = 0; i < answer->n_records; i++) {
		const char *text = (const char *)answer_rdata(answer, i);
		if (!spf_record_has_version(text, answer->records[i].rdata_size))
			continue;
		first = n_found++ == 0 ? text : first;
		first_size = n_found == 1 ? answer->records[i].rdata_size : first_size;
	}
	if (n_found == 0)
		return &no_record;
	struct slab *slab = answer_slab(answer);
	struct compiled *c = n_found == 1 ? compile_record(first, first_size, slab, is_whole)
	                                  : refuse_records(first, first_size, slab, is_whole);
	if (!c)
		return NULL;
	answer_attach(answer, &c->attachment);
	return &c->record;
}

const struct spf_record *spf_record_of_answer(const struct answer *answer)
{
	return record_of_answer(answer, false);
}

const struct spf_record *spf_record_whole_of_answer(const struct answer *answer)
{
	const struct spf_record *record = record_of_answer(answer, true);
	return record && (record->is_whole || record->outcome == SPF_NONE) ? record : NULL;
}
