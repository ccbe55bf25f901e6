/* group_count.h - what is counted of a group. Pure. */
#ifndef REPORT_GROUP_COUNT_H
#define REPORT_GROUP_COUNT_H

/* How many messages had which result. */
enum group_count {
	GROUP_MESSAGES,
	GROUP_REJECTS,
	GROUP_PASS,
	GROUP_FAIL,
	GROUP_SOFTFAIL,
	GROUP_NEUTRAL,
	GROUP_NONE,
	GROUP_PERMERROR,
	GROUP_TEMPERROR,
	GROUP_OTHER, /* no verdict */
	GROUP_RDNS_BAD,
	GROUP_COUNTS
};

/* The name of a count: "softfail". Lives for ever. */
const char *group_count_name(enum group_count count);

#endif
