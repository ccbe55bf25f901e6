/* rewriting.h - does an upstream give addresses for names that do not exist? Some providers' do,
 * for their own search pages. Then every `exists` of SPF passes, and no verdict is to be believed.
 *
 * Each upstream is asked for two random names, one under "invalid." (RFC 6761) and one under a
 * top-level domain that exists: some rewrite only there. Of those that exist it is the first one of
 * a short list that --exclude allows; where it allows none, that name is not asked for. An upstream
 * has its own sockets, so it does not matter which engine asks the rows' questions, and these need
 * not wait for it. An upstream that does not answer in time stays unknown. One thread at a time. */
#ifndef RESOLVER_REWRITING_H
#define RESOLVER_REWRITING_H

#include "resolver/exclusions.h"
#include "resolver/upstreams.h"

#include <stdatomic.h>

enum rewrites { REWRITES_UNKNOWN, REWRITES_NO, REWRITES_YES };

enum { REWRITING_NAMES = 2 };

struct rewriting {
	const struct upstreams *upstreams;
	int fds[2]; /* IPv4, IPv6; -1: none */
	uint64_t begun_ns, sent_ns;
	atomic_bool heard; /* an upstream answered */
	struct dname names[REWRITING_NAMES];
	unsigned n_names;
	struct {
		uint16_t ids[REWRITING_NAMES];
		bool answered[REWRITING_NAMES];
		enum rewrites rewrites;
	} of[UPSTREAMS_MAX];
};

/* Sends the questions. The upstreams stay the caller's. Where there are no sockets, or no name that
 * may be asked for, all stay unknown. `exclusions`: NULL, or what is never asked; not kept. */
void rewriting_begin(struct rewriting *r, const struct upstreams *upstreams,
        const struct exclusions *exclusions);
/* Waits for what is missing, two seconds from the beginning at most; asks again meanwhile. */
void rewriting_wait(struct rewriting *r);
/* True when one of the upstreams has answered. Any thread. */
static inline bool rewriting_has_heard(const struct rewriting *r)
{
	return atomic_load_explicit(&r->heard, memory_order_relaxed);
}
/* The same, after waiting until one has answered, or two seconds from the beginning have passed.
 * Any thread, while another one is in rewriting_wait(). */
bool rewriting_hears(const struct rewriting *r);
/* Closes the sockets. The results stand. */
void rewriting_end(struct rewriting *r);

#endif
