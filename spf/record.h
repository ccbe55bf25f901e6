/* record.h - an SPF record, compiled once from its text and then run for every client.
 *
 * spf_record_of_answer() selects the record from a TXT answer (RFC 7208 section 4.5), validates and
 * compiles it (section 4.6), and attaches it to the answer. So an answer in a cache is compiled
 * once. The record belongs to its answer, lives as long, and is immutable. "No record" and a syntax
 * error are outcomes of a record, too. All in the thread of the answer. */
#ifndef SPF_RECORD_H
#define SPF_RECORD_H

#include "dns/answer.h"
#include "dns/ipaddr.h"
#include "spf/macro.h"
#include "spf/verdict.h"

/* No check gets behind the eleventh term that looks something up (section 4.6.4), so a record keeps
 * no directive behind it, unless it is whole. */
#define SPF_RECORD_LOOKUPS_MAX 11

enum spf_mechanism { SPF_ALL, SPF_INCLUDE, SPF_A, SPF_MX, SPF_PTR, SPF_IP4, SPF_IP6, SPF_EXISTS };

struct spf_directive {
	uint8_t mechanism; /* enum spf_mechanism */
	uint8_t on_match;  /* enum spf_verdict, from the qualifier */
	uint8_t prefix_4;  /* 0..32 */
	uint8_t prefix_6;  /* 0..128 */
	bool has_domain;
	struct macro_string domain; /* domain-spec, when has_domain */
	struct ipaddr network;      /* ip4, ip6 */
	const char *text;           /* as published: "include:_spf.example.com", "-all" */
	uint16_t text_size;
};

/* A modifier that nobody knows (section 6). */
struct spf_modifier {
	const struct spf_modifier *next; /* in the order of the record */
	const char *name;                /* as published: "sp" */
	size_t name_size;
};

struct spf_record {
	/* SPF_NONE: no record. SPF_PERMERROR: see problem. SPF_NEUTRAL: a valid record. */
	enum spf_verdict outcome;
	enum spf_problem problem;
	const char *text; /* the selected record; the first of several; "" when none */
	size_t text_size;
	size_t error_at; /* octet of the syntax error in text */
	/* Up to and including "all" (section 5.1) or the SPF_RECORD_LOOKUPS_MAX-th term that looks
	 * something up. The syntax of what follows is checked, too. None with an error. */
	struct spf_directive *directives;
	size_t n_directives;
	bool is_whole;              /* made by spf_record_whole_of_answer() */
	bool has_all;               /* anywhere in the text */
	bool has_redirect, has_exp; /* has_redirect is false beside an "all" (section 6.1) */
	struct macro_string redirect, exp;
	const char *redirect_text; /* "redirect=example.com", as published */
	size_t redirect_text_size;
	/* of one that is whole */
	const char *exp_text; /* "why.example.com", as published */
	size_t exp_text_size;
	unsigned n_behind_all;  /* directives behind the first "all": nobody gets there */
	bool redirect_ignored;  /* there is one beside an "all" */
	uint32_t macro_letters; /* of every term: bit 0 for 'a' */
	const struct spf_modifier *modifiers;
};

/* The record of a TXT answer that is definite. NULL: memory ran out. */
const struct spf_record *spf_record_of_answer(const struct answer *answer);

/* The same, with every directive up to "all" and all that is said of one that is whole: for what
 * looks at a policy and not at a client. It may take some forty times its text. NULL also when the
 * answer has a record that is not whole. */
const struct spf_record *spf_record_whole_of_answer(const struct answer *answer);

/* Compiles text[0..size), which begins with "v=spf1" and must outlive the record. For tests,
 * fuzzers and benchmarks. The caller frees the record. NULL: memory ran out. */
struct spf_record *spf_record_compile(const char *text, size_t size);
/* The same, whole. */
struct spf_record *spf_record_compile_whole(const char *text, size_t size);
/* Only for a record of those two. Takes NULL. */
void spf_record_free(struct spf_record *record);

/* True when the text begins with "v=spf1", case ignored, and a blank or its end (section 4.5). */
bool spf_record_has_version(const char *text, size_t size);

#endif
