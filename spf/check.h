/* check.h - check_host() of RFC 7208 as a probe: interprets compiled records with an explicit frame
 * stack.
 *
 * One check: fill a request, spf_check_begin(), run the probe ("dns/probe.h"), read `result`,
 * spf_check_fini(). The machine walks FETCH (TXT of the frame's domain) -> SELECT -> TERM -> TARGET
 * -> [ADDRESS | EXISTS | MX -> MX_ADDRESS | NAMES -> NAMES_ADDRESS] -> TERM ... -> EXPLAIN -> END
 * with one frame per include or redirect on a fixed stack, since 10 terms is all that a check may
 * spend. Questions about the same MX or PTR set are asked together and judged in order, so the
 * verdict does not depend on which answer came first. The request's texts and the limits stay the
 * caller's and must outlive the check. */
#ifndef SPF_CHECK_H
#define SPF_CHECK_H

#include "dns/probe.h"
#include "base/textbuf.h"
#include "spf/record.h"
#include "spf/verdict.h"

/* RFC 7208 section 4.6.4. */
struct spf_limits {
	unsigned lookup_terms; /* 10, over the whole tree; at most SPF_FRAMES_MAX - 1 of them can be
	                          nested, and SPF_RECORD_LOOKUPS_MAX - 1 stand in one record */
	unsigned void_lookups; /* 2 */
	unsigned mx_names;     /* 10; one more is permerror; at most PROBE_FANOUT_MAX */
	unsigned ptr_names;    /* 10; the rest are ignored; at most PROBE_FANOUT_MAX */
};
extern const struct spf_limits spf_limits_of_rfc;

struct spf_check;

/* Watches a check for people (`spfsweep check`). Every field of an event is valid only during the
 * call. */
enum spf_event_kind {
	SPF_EVENT_RECORD, /* a record was selected: `domain`, `text` (empty: none found) */
	SPF_EVENT_TERM,   /* a directive or redirect is tried: `text` as published, `target` when it
	                     names one */
	SPF_EVENT_LOOKUP, /* an answer was looked at: `answer` */
	SPF_EVENT_MATCH,  /* the directive of `text` matched */
	SPF_EVENT_NO_MATCH,
	SPF_EVENT_RETURN, /* the frame of an include returned `verdict` */
};
struct spf_event {
	enum spf_event_kind kind;
	unsigned depth; /* 0 at the top */
	const struct dname *domain,
	        *target; /* domain: the frame's; of size 0 in the RETURN of an include or redirect
	                    to what is no domain name. target NULL: the term names none, or what is
	                    no domain name */
	const char *text;
	size_t text_size;
	const struct answer *answer;
	enum spf_verdict verdict;
	unsigned lookups, void_lookups; /* used so far */
};
struct spf_observer {
	void (*event)(struct spf_observer *observer, const struct spf_event *event);
};

struct spf_request {
	struct ipaddr ip;
	struct dname domain;    /* <domain>; size 0: malformed, the verdict is none */
	const char *local_part; /* of <sender>; NULL or size 0: "postmaster" */
	size_t local_part_size;
	const char
	        *sender_domain; /* the part after the @, as text for %{o}, %{s}; NULL: the domain */
	size_t sender_domain_size;
	const char *helo; /* %{h}; NULL or size 0: "unknown" */
	size_t helo_size;
	const char *receiver;          /* %{r}; NULL: "unknown" */
	uint64_t time_s;               /* %{t} */
	bool explain;                  /* fetch and expand exp on fail */
	struct spf_observer *observer; /* NULL: nobody */
};

struct spf_result {
	enum spf_verdict verdict;
	enum spf_problem problem;
	/* "include:_spf.example.com > ip4:192.0.2.0/24": the deciding directive behind the includes
	 * and redirects that led to it, as published, but for what is behind the first 1 000 octets
	 * of a term: "..." stands for that. With an error: the term at which it happened. Empty
	 * when no directive matched (neutral by default) or there is no record. */
	struct textbuf matched;
	struct textbuf explanation; /* printable US-ASCII; only on fail with a usable exp */
	/* Terms that were allowed to look things up, and void look-ups that happened: with
	 * lookup_limit the first is the limit, with void_limit the second is one over it. */
	unsigned lookups, void_lookups;
	/* The selected record of the domain asked for, not of its includes; octets as published.
	 * Points into record_answer. */
	const char *record;
	size_t record_size;
	const struct answer *record_answer;
	/* The question that failed, with temperror: a reference, or NULL. */
	const struct answer *failed;
	/* SECURE when every answer behind the verdict was; BOGUS when one was bogus. The
	 * explanation's do not count. */
	enum answer_dnssec dnssec;
};

/* The domain asked for, and one for each include or redirect that may be open: as many as there are
 * terms to spend. */
#define SPF_FRAMES_MAX 12

struct spf_frame {
	struct dname domain;
	const struct answer *answer; /* owns the program */
	const struct spf_record *record;
	size_t at;        /* index of the directive being tried; their number: the redirect */
	const char *term; /* that term as published, for `matched` */
	size_t term_size; /* 0: none yet */
	bool is_redirect; /* its verdict is its parent's */
};

struct spf_check {
	struct probe probe; /* first */
	const struct spf_request *request;
	const struct spf_limits *limits;
	struct spf_result result;
	/* the rest is the machine's own: see machine.h */
	const struct probe_answers *got; /* while a step runs: the answers to its questions */
	unsigned step;                   /* enum check_step */
	unsigned n_frames;
	bool charging;   /* false for the first TXT and once the verdict stands */
	bool explaining; /* the verdict stands */
	bool announced;  /* the observer was told of the term */
	bool looked;     /* an answer was looked at */
	/* the client's names */
	bool names_known;                    /* looked up in this check */
	bool names_ready;                    /* and charged to the term being tried */
	unsigned names_step;                 /* where to go on */
	unsigned names_voids;                /* what looking them up costs */
	const struct answer *names;          /* PTR answer, or NULL */
	uint8_t validated[PROBE_FANOUT_MAX]; /* indices of its records */
	unsigned n_validated;
	struct dname target;
	struct macro_string explanation;
	struct arena memory; /* of the explanation */
	struct spf_frame frames[SPF_FRAMES_MAX];
};

/* Also re-begins a check that is done: buffers keep their memory. The first time, *check must be
 * zeroed. */
void spf_check_begin(struct spf_check *check, const struct spf_request *request,
        const struct spf_limits *limits, struct asker *asker);
/* Gives up the answers that the check and its result hold, and unusually much memory; the result is
 * empty then. A zeroed check may be given. */
void spf_check_release(struct spf_check *check);
void spf_check_fini(struct spf_check *check);

#endif
