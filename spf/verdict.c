/* verdict.c - the words of results and problems. */
#include "spf/verdict.h"

#include <assert.h>

const char *spf_verdict_text(enum spf_verdict verdict)
{
	static const char *const texts[SPF_VERDICT_COUNT] = {
		[SPF_NONE] = "none",
		[SPF_NEUTRAL] = "neutral",
		[SPF_PASS] = "pass",
		[SPF_FAIL] = "fail",
		[SPF_SOFTFAIL] = "softfail",
		[SPF_TEMPERROR] = "temperror",
		[SPF_PERMERROR] = "permerror",
	};
	assert((unsigned)verdict < SPF_VERDICT_COUNT);
	return texts[verdict];
}

const char *spf_problem_text(enum spf_problem problem)
{
	static const char *const texts[SPF_PROBLEM_COUNT] = {
		[SPF_PROBLEM_NONE] = "",
		[SPF_PROBLEM_DNS_ERROR] = "dns_error",
		[SPF_PROBLEM_DEADLINE] = "deadline",
		[SPF_PROBLEM_SYNTAX] = "syntax",
		[SPF_PROBLEM_MULTIPLE_RECORDS] = "multiple_records",
		[SPF_PROBLEM_NOT_ASCII] = "not_ascii",
		[SPF_PROBLEM_LOOKUP_LIMIT] = "lookup_limit",
		[SPF_PROBLEM_VOID_LIMIT] = "void_limit",
		[SPF_PROBLEM_MX_LIMIT] = "mx_limit",
		[SPF_PROBLEM_INCLUDE_NONE] = "include_none",
		[SPF_PROBLEM_REDIRECT_NONE] = "redirect_none",
		[SPF_PROBLEM_BAD_TARGET] = "bad_target",
		[SPF_PROBLEM_BAD_DOMAIN] = "bad_domain",
		[SPF_PROBLEM_MEMORY] = "memory",
		[SPF_PROBLEM_EXCLUDED] = "excluded",
		[SPF_PROBLEM_NEEDS_LOCAL_PART] = "needs_local_part",
	};
	assert((unsigned)problem < SPF_PROBLEM_COUNT);
	return texts[problem];
}
