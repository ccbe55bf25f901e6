/* request.h - what one SPF check is asked, what it may spend, and what it comes to.
 *
 * Plain structs without functions. The caller owns the request, its texts and the limits; all of
 * them outlive the check. The check owns the result (spf/check.h). */
#ifndef SPF_REQUEST_H
#define SPF_REQUEST_H

#include "base/textbuf.h"
#include "dns/answer.h"
#include "spf/clientrange.h"
#include "spf/observer.h"
#include "spf/verdict.h"

#include <limits.h>

#define SPF_NO_LIMIT UINT_MAX

/* RFC 7208 section 4.6.4. */
struct spf_limits {
	/* 10, over the whole tree. At most SPF_FRAMES_MAX - 1, since each may open a frame, and
	 * SPF_RECORD_LOOKUPS_MAX - 1, since a record keeps no more terms. */
	unsigned lookup_terms;
	unsigned void_lookups; /* 2; SPF_NO_LIMIT: any number */
	unsigned mx_names;     /* 10; one more is permerror; at most PROBE_FANOUT_MAX */
	unsigned ptr_names;    /* 10; the rest are ignored; at most PROBE_FANOUT_MAX */
};

/* The arguments of check_host() (section 4.1) and the other values of the macro letters. */
struct spf_request {
	struct ipaddr ip;       /* family NONE: no client; the check ends with the record */
	struct dname domain;    /* <domain>; size 0: malformed, the verdict is none */
	const char *local_part; /* of <sender>; NULL or size 0: "postmaster" */
	size_t local_part_size;
	/* It must not be sent: a term that needs it ends the check without a verdict, and an
	 * explanation that needs it is none. */
	bool hides_local_part;
	const char *sender_domain; /* of <sender>, for %{o} and %{s}; NULL: the domain */
	size_t sender_domain_size;
	const char *helo; /* %{h}; NULL or size 0: "unknown" */
	size_t helo_size;
	const char *receiver;          /* %{r}; NULL: "unknown" */
	uint64_t time_s;               /* %{t}, seconds since 1970 */
	bool explain;                  /* with fail, look up and expand exp (section 6.2) */
	struct spf_observer *observer; /* NULL: nobody */
};

enum spf_looks {
	SPF_LOOKS_LOCAL_PART = 1, /* %{l}, %{s} */
	SPF_LOOKS_TIME = 2,       /* %{t} */
	SPF_LOOKS_SENDER = 4,     /* %{o}, %{s} */
	SPF_LOOKS_HELO = 8,       /* %{h} */
	SPF_LOOKS_CLIENT = 16,    /* %{i}, %{c}, %{p}, "ptr": beyond its family */
};

struct spf_result {
	/* There is no verdict: without a client the record was found and is sound; or `problem` is
	 * that the local-part would be needed, by the term in `matched`. */
	bool undecided;
	enum spf_verdict verdict;
	enum spf_problem problem;
	/* The directive that matched, behind the includes and redirects that led to it:
	 * "include:_spf.example.com > ip4:192.0.2.0/24". With an error, the term at which it
	 * happened. Empty when no directive matched or there is no record. Terms stand as
	 * published; one over 1 000 octets is cut there and ends in "...". */
	struct textbuf matched;
	struct textbuf explanation; /* printable US-ASCII; empty: none */
	/* Terms charged and void look-ups charged (section 4.6.4). With lookup_limit the first is
	 * the limit; with void_limit the second is one over it. */
	unsigned lookups, void_lookups;
	/* The record of the domain asked for, as published; lies in record_answer. */
	const char *record;
	size_t record_size;
	const struct answer *record_answer; /* a reference, or NULL */
	const struct answer *failed; /* the question behind temperror: a reference, or NULL */
	/* SECURE when every answer behind the verdict was; BOGUS when one was bogus. The
	 * explanation's answers do not count. */
	enum answer_dnssec dnssec;
	/* What was looked at of the request beyond the domain and comparisons of the client with
	 * networks, a set of enum spf_looks: for another local-part or time the result might be
	 * another one. */
	unsigned looks_at;
	/* The clients for which those comparisons come out the same. */
	struct clientrange clients;
};

#endif
