/* record.h - an SPF record as a small immutable program: compiled once from its text, run for every
 * client.
 *
 * spf_record_of_answer() is the one way in: it selects the record from a TXT answer (section 4.5),
 * compiles it (section 4.6, the whole record is validated first) and attaches the outcome to the
 * answer, so a cached answer is compiled once. The outcome may also be "no record" or an error with
 * its position. The program belongs to the answer and lives as long. Pure but for that attachment;
 * the thread of the answer. */
#ifndef SPF_RECORD_H
#define SPF_RECORD_H

#include "dns/answer.h"
#include "dns/ipaddr.h"
#include "spf/macro.h"
#include "spf/verdict.h"

/* A check may spend 10 terms that look something up (RFC 7208 section 4.6.4), and the next one ends
 * it: behind that one no directive of a record is ever tested. */
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
	const char *text;           /* as published, with its qualifier, for the result:
	                               "include:_spf.example.com", "-all" */
	uint16_t text_size;
};

struct spf_record {
	/* SPF_NONE: no record. SPF_PERMERROR: see problem. SPF_NEUTRAL: a valid program. */
	enum spf_verdict outcome;
	enum spf_problem problem;
	const char *text; /* the selected record; of the first one when there are several; "" when
	                     none */
	size_t text_size;
	size_t error_at; /* octet of the syntax error in text */
	/* Up to and including "all" (section 5.1), or the SPF_RECORD_LOOKUPS_MAX-th that looks
	 * something up: what follows is checked, but never tested. None with an error. */
	struct spf_directive *directives;
	size_t n_directives;
	bool has_all; /* also when no check can reach it, and it is not among the directives */
	bool has_redirect, has_exp; /* has_redirect is false when there is an "all" (section 6.1) */
	struct macro_string redirect, exp;
	const char *redirect_text; /* "redirect=example.com", as published */
	size_t redirect_text_size;
};

/* `answer` is a definite TXT answer. NULL: memory ran out. */
const struct spf_record *spf_record_of_answer(const struct answer *answer);

/* Compiles text[0..size), which begins with "v=spf1" already and must outlive the record; for
 * tests, fuzzers and benchmarks, and the call above. NULL: memory ran out. */
struct spf_record *spf_record_compile(const char *text, size_t size);
void spf_record_free(struct spf_record *record);

/* True when the text is of version "v=spf1": that word, case ignored, then a blank or the end
 * (section 4.5). */
bool spf_record_has_version(const char *text, size_t size);

#endif
