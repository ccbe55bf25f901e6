/* group_count.c - the names of counts. */
#include "report/group_count.h"

const char *group_count_name(enum group_count count)
{
	static const char *const names[] = { "messages", "rejects", "pass", "fail", "softfail",
		"neutral", "none", "permerror", "temperror", "no_verdict", "rdns_bad" };
	return names[count];
}
