/* verdict.h - the results of check_host(), and the closed list of problems behind none, temperror
 * and permerror.
 *
 * The words are part of the output contract (docs/output.md): add at the end, never rename. Pure;
 * any thread; texts live for ever. */
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

/* Why a verdict is temperror, permerror, or none without a question; SPF_PROBLEM_NONE otherwise. */
enum spf_problem {
	SPF_PROBLEM_NONE,
	SPF_PROBLEM_DNS_ERROR, /* temperror: a look-up failed (sections 4.4, 5) */
	SPF_PROBLEM_DEADLINE,  /* temperror: the row's time was up (section 4.6.4) */
	SPF_PROBLEM_SYNTAX,    /* permerror: a record does not follow the grammar (section 4.6) */
	SPF_PROBLEM_MULTIPLE_RECORDS, /* permerror: several records at one name (section 4.5) */
	SPF_PROBLEM_NOT_ASCII,        /* permerror: an octet over 127 in a record (section 3.1) */
	SPF_PROBLEM_LOOKUP_LIMIT,  /* permerror: an eleventh term that looks up (section 4.6.4) */
	SPF_PROBLEM_VOID_LIMIT,    /* permerror: a third void look-up (section 4.6.4) */
	SPF_PROBLEM_MX_LIMIT,      /* permerror: over 10 names in an MX rrset (section 4.6.4) */
	SPF_PROBLEM_INCLUDE_NONE,  /* permerror: no record at an include's target (section 5.2) */
	SPF_PROBLEM_REDIRECT_NONE, /* permerror: no record at a redirect's target (section 6.1) */
	SPF_PROBLEM_BAD_TARGET,    /* permerror: an include's or redirect's target-name is no
	                              domain name of two labels (sections 4.3, 4.8) */
	SPF_PROBLEM_BAD_DOMAIN,    /* none: the domain asked for is no domain name of two labels
	                              (section 4.3) */
	SPF_PROBLEM_MEMORY,        /* temperror: out of memory */
	SPF_PROBLEM_EXCLUDED,      /* temperror: a name that must not be asked (--exclude) */
	SPF_PROBLEM_NEEDS_LOCAL_PART, /* no verdict: a term's target-name has the local-part in it,
	                                 which must not be sent */
	SPF_PROBLEM_COUNT
};

/* The word of section 2.6: "pass". */
const char *spf_verdict_text(enum spf_verdict verdict);
/* The name in lower case: "dns_error"; "" for SPF_PROBLEM_NONE. */
const char *spf_problem_text(enum spf_problem problem);

#endif
