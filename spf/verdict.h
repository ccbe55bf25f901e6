/* verdict.h - the words of an SPF outcome: results, and the closed list of problems that lead to
 * temperror and permerror.
 *
 * The words are part of the output contract (docs/output.md lists them); add at the end, never
 * rename. */
#ifndef SPF_VERDICT_H
#define SPF_VERDICT_H

/* RFC 7208 section 2.6. */
enum spf_verdict {
	SPF_NONE,
	SPF_NEUTRAL,
	SPF_PASS,
	SPF_FAIL,
	SPF_SOFTFAIL,
	SPF_TEMPERROR,
	SPF_PERMERROR,
	SPF_VERDICT_COUNT
};

/* Why a verdict is temperror or permerror, or why there is none; SPF_PROBLEM_NONE otherwise. */
enum spf_problem {
	SPF_PROBLEM_NONE,
	SPF_PROBLEM_DNS_ERROR, /* temperror: a question failed (section 4.4, 5); the result names it
	                        */
	SPF_PROBLEM_DEADLINE,  /* temperror: the row's time was up (section 4.6.4) */
	SPF_PROBLEM_SYNTAX,    /* permerror: a record does not follow the grammar (section 4.6) */
	SPF_PROBLEM_MULTIPLE_RECORDS, /* permerror: several records at one name (section 4.5) */
	SPF_PROBLEM_NOT_ASCII,        /* permerror: an octet over 127 in a record (section 3.1) */
	SPF_PROBLEM_LOOKUP_LIMIT,     /* permerror: more than 10 terms that look things up
	                                 (section 4.6.4) */
	SPF_PROBLEM_VOID_LIMIT,       /* permerror: more than 2 void look-ups (section 4.6.4) */
	SPF_PROBLEM_MX_LIMIT, /* permerror: more than 10 names in one MX RRset (section 4.6.4) */
	SPF_PROBLEM_INCLUDE_NONE,  /* permerror: an included name has no SPF record (section 5.2) */
	SPF_PROBLEM_REDIRECT_NONE, /* permerror: the redirect's target has no SPF record
	                              (section 6.1) */
	SPF_PROBLEM_BAD_TARGET,    /* permerror: include or redirect to what is no domain name
	                              (sections 4.8, 5.2, 6.1) */
	SPF_PROBLEM_BAD_DOMAIN,    /* none: the domain checked is malformed or has a single label
	                              (section 4.3) */
	SPF_PROBLEM_MEMORY,        /* temperror: memory ran out */
	SPF_PROBLEM_COUNT
};

/* "none", "neutral", "pass", "fail", "softfail", "temperror", "permerror". */
const char *spf_verdict_text(enum spf_verdict verdict);
/* "", "dns_error", "deadline", "syntax", "multiple_records", "not_ascii", "lookup_limit",
 * "void_limit", "mx_limit", "include_none", "redirect_none", "bad_target", "bad_domain", "memory".
 */
const char *spf_problem_text(enum spf_problem problem);

#endif
