/* words.c - one table for each list. */
#include "page/words.h"

/* A key that stands for an empty column: "(none)". */
#define EMPTY "(none)"

static const struct word spf[] = {
	{ "pass", "the client may send for the domain", COLOUR_GOOD },
	{ "fail", "it may not, says the domain's owner", COLOUR_BAD },
	{ "softfail", "it probably may not", COLOUR_SOFT },
	{ "neutral", "the owner says nothing about this client", COLOUR_QUIET },
	{ "none", "there is no SPF record", COLOUR_ABSENT },
	{ "permerror", "the owner must repair the record", COLOUR_BROKEN },
	{ "temperror", "a look-up failed", COLOUR_FAILED },
	{ "needs_local_part", "depends on the local-part, which was kept back", COLOUR_OTHER },
	{ EMPTY, "no sender, no address, or bad input", COLOUR_OTHER, "(no verdict)" },
	{ 0 },
};

static const struct word spf_problem[] = {
	{ "dns_error", "a look-up failed", COLOUR_FAILED },
	{ "deadline", "the time for one row was up", COLOUR_FAILED },
	{ "syntax", "a record does not follow the grammar", COLOUR_BROKEN },
	{ "multiple_records", "several SPF records at one name", COLOUR_BROKEN },
	{ "not_ascii", "an octet over 127 in a record", COLOUR_BROKEN },
	{ "lookup_limit", "more than 10 terms that look something up", COLOUR_BROKEN },
	{ "void_limit", "too many look-ups that find nothing", COLOUR_BROKEN },
	{ "mx_limit", "more than 10 mail hosts of one mx", COLOUR_BROKEN },
	{ "include_none", "an included domain has no SPF record", COLOUR_BROKEN },
	{ "redirect_none", "the redirect's target has no SPF record", COLOUR_BROKEN },
	{ "bad_target", "an include or redirect names no domain", COLOUR_BROKEN },
	{ "bad_domain", "the sender's domain is malformed", COLOUR_ABSENT },
	{ "memory", "spfsweep ran out of memory", COLOUR_FAILED },
	{ "excluded", "a name that was not to be asked (--exclude)", COLOUR_OTHER },
	{ "needs_local_part", "depends on the local-part, which was kept back", COLOUR_OTHER },
	{ 0 },
};

static const struct word iprev[] = {
	{ "pass", "the address's name leads back to it", COLOUR_GOOD },
	{ "fail", "it has names, and none leads back", COLOUR_BAD },
	{ "permerror", "it has no name at all", COLOUR_ABSENT },
	{ "temperror", "a look-up failed", COLOUR_FAILED },
	{ EMPTY, "no address in the row", COLOUR_OTHER, "(not checked)" },
	{ 0 },
};

static const struct word mx_state[] = {
	{ "ok", "MX records name its mail hosts", COLOUR_GOOD },
	{ "implicit", "no MX: the domain is its own mail host", COLOUR_SOFT },
	{ "null", "it says that it takes no mail", COLOUR_QUIET },
	{ "none", "neither MX nor address", COLOUR_ABSENT },
	{ "temperror", "a look-up failed", COLOUR_FAILED },
	{ EMPTY, "no domain in the row", COLOUR_OTHER, "(not checked)" },
	{ 0 },
};

static const struct word problems[] = {
	{ "no_ptr", "the address has no reverse name" },
	{ "ptr_mismatch", "its reverse name does not lead back to it" },
	{ "no_such_domain", "the domain does not exist" },
	{ "no_address", "the domain has no address, and no mail host" },
	{ "no_mx", "nobody receives mail for the domain" },
	{ "null_mx", "the domain says that it takes no mail" },
	{ "mx_no_address", "none of its mail hosts has an address" },
	{ "mx_not_public", "a mail host cannot be reached by strangers" },
	{ "no_spf", "the domain has no SPF record" },
	{ "spf_fail", "SPF: the client may not send" },
	{ "spf_softfail", "SPF: the client probably may not send" },
	{ "spf_broken", "the SPF record is broken (permerror)" },
	{ "helo_spf_fail", "SPF of the HELO name says fail" },
	{ "temperror", "a look-up failed; other words may be missing" },
	{ "excluded", "a look-up was not made (--exclude)" },
	/* of an audit */
	{ "multiple_records", "several SPF records: every check is permerror" },
	{ "spf_syntax", "the record breaks the grammar: permerror" },
	{ "spf_not_ascii", "an octet over 127 in the record" },
	{ "record_long", "the TXT response is over 512 octets" },
	{ "include_broken", "an included record is broken" },
	{ "include_none", "an include leads to a name without a record" },
	{ "redirect_none", "the redirect leads to a name without one" },
	{ "bad_target", "an include or redirect names no domain" },
	{ "lookup_limit", "more than 10 terms look something up" },
	{ "void_limit", "more than 2 look-ups find nothing" },
	{ "void_limit_v6", "the same, for IPv6 clients alone" },
	{ "mx_limit", "an mx with more than 10 hosts" },
	{ "loop", "a record leads back to itself" },
	{ "unowned_domain", "a term leads to a name that nobody owns" },
	{ "tree_cut", "the tree of includes is too large" },
	{ "no_all", "the policy ends without all or redirect" },
	{ "all_pass", "it ends with +all: everybody may send" },
	{ "all_neutral", "it ends with ?all: it says nothing" },
	{ "behind_all", "terms behind all, which nobody gets to" },
	{ "redirect_ignored", "a redirect beside all, which is ignored" },
	{ "ptr_used", "ptr, which is slow and unreliable" },
	{ "macro_p", "the macro %{p}, as for ptr" },
	{ "sender_id", "a record of Sender ID, which ended" },
	{ "unknown_modifier", "a modifier that is not defined" },
	{ "broad_network", "a network of /0 to /8 passes" },
	{ "private_network", "a network that is not on the Internet passes" },
	{ "mx_alias", "a mail host is an alias" },
	{ "mx_literal", "a mail host is an address" },
	{ "mx_without_address", "a mail host has no address" },
	{ 0 },
};

static const struct word cause[] = {
	{ "servfail", "the server said SERVFAIL, or the like" },
	{ "refused", "the server refused the question" },
	{ "timeout", "no answer in time" },
	{ "bogus", "DNSSEC validation failed" },
	{ "malformed", "the answer cannot be read" },
	{ "unresolved", "libunbound gave up, and cannot say why" },
	{ "cancelled", "the time for the row was up" },
	{ "excluded", "not asked (--exclude)" },
	{ "not_recorded", "the record of --replay has no answer" },
	{ 0 },
};

static const struct word record_state[] = {
	{ "ok", "one record, and its syntax is right", COLOUR_GOOD },
	{ "none", "the name exists, without an SPF record", COLOUR_ABSENT },
	{ "nxdomain", "there is no such name", COLOUR_QUIET },
	{ "multiple", "several records: every check is permerror", COLOUR_BAD },
	{ "syntax", "the record breaks the grammar: permerror", COLOUR_BROKEN },
	{ "not_ascii", "an octet over 127 in it: permerror", COLOUR_BROKEN },
	{ "bad_domain", "a single label: SPF does not ask for it", COLOUR_OTHER },
	{ "temperror", "a look-up failed", COLOUR_FAILED },
	{ "too_long", "over what spfsweep reads", COLOUR_OTHER },
	{ EMPTY, "bad input, or excluded", COLOUR_OTHER, "(not checked)" },
	{ 0 },
};

static const struct word all[] = {
	{ "-all", "everybody else fails", COLOUR_GOOD },
	{ "~all", "everybody else softfails", COLOUR_SOFT },
	{ "?all", "nothing is said of everybody else", COLOUR_QUIET },
	{ "default", "no all: neutral for everybody else", COLOUR_ABSENT },
	{ "+all", "everybody may send", COLOUR_BAD },
	{ 0 },
};

static const struct word enforced[] = {
	{ "pass", "by SPF, the HELO name or the reverse name", COLOUR_GOOD },
	{ "not known", "a look-up failed, or was not made", COLOUR_FAILED },
	{ "would be lost", "they pass by none of the three", COLOUR_BAD },
	{ 0 },
};

static const struct word *const lists[WORDS_LISTS] = {
	[WORDS_SPF] = spf,
	[WORDS_SPF_PROBLEM] = spf_problem,
	[WORDS_IPREV] = iprev,
	[WORDS_MX_STATE] = mx_state,
	[WORDS_PROBLEMS] = problems,
	[WORDS_CAUSE] = cause,
	[WORDS_RECORD_STATE] = record_state,
	[WORDS_ALL] = all,
	[WORDS_ENFORCED] = enforced,
};

const struct word *words_at(enum words_list list, unsigned i)
{
	return lists[list][i].word ? &lists[list][i] : NULL;
}

const struct word *words_find(enum words_list list, struct csv_field text)
{
	for (const struct word *w = lists[list]; w->word; w++)
		if (csv_field_is(text, w->word))
			return w;
	return NULL;
}
