/* watchdog.c - when to ask, and what a row waits for: the first of its questions that is open. */
#include "scanner/watchdog.h"

#include "base/clock.h"

/* How many rows a worker names, and how much time a look counts at most. */
enum { ROWS_MAX = 3 };
#define LOOK_MAX_NS CLOCK_NS_PER_S

void watchdog_init(struct watchdog *w, uint64_t now_ns)
{
	*w = (struct watchdog){ .patience_ns = 30 * CLOCK_NS_PER_S,
		.repeat_ns = 60 * CLOCK_NS_PER_S,
		.reply_ns = 3 * CLOCK_NS_PER_S,
		.looked_ns = now_ns };
}

enum watchdog_turn watchdog_look(
        struct watchdog *w, uint64_t n_finished, uint64_t n_open, uint64_t now_ns)
{
	uint64_t took_ns = now_ns - w->looked_ns;
	w->looked_ns = now_ns;
	if (n_finished != w->n_finished || !n_open) {
		w->n_finished = n_finished;
		w->still_ns = w->asked_ns = 0;
		w->is_listening = false;
		return WATCHDOG_REST;
	}
	w->still_ns += took_ns < LOOK_MAX_NS ? took_ns : LOOK_MAX_NS;
	if (w->is_listening && w->still_ns - w->asked_ns >= w->reply_ns) {
		w->is_listening = false;
		return WATCHDOG_NAME;
	}
	if (w->still_ns < w->patience_ns ||
	        (w->asked_ns && w->still_ns - w->asked_ns < w->repeat_ns))
		return WATCHDOG_REST;
	w->asked_ns = w->still_ns;
	w->is_listening = true;
	return WATCHDOG_ASK;
}

/* ---- what a row waits for ---- */

static void put_identity(struct textbuf *out, const struct row *row)
{
	textbuf_put_text(out, " (");
	if (row->identity.domain.size)
		dname_print(out, &row->identity.domain);
	else
		ipaddr_print(out, &row->identity.ip);
	textbuf_put_char(out, ')');
}

static void put_row(struct textbuf *out, const struct runner *runner, const struct row *row)
{
	const struct resolver_waiter *waiter = row->waiting ? &row->waiting->waiter : NULL;
	textbuf_printf(out, "row %llu", (unsigned long long)row->number);
	put_identity(out, row);
	textbuf_printf(out, ", %llu s: ",
	        (unsigned long long)((runner->host.now_ns - row->started_ns) / CLOCK_NS_PER_S));
	if (!waiter) {
		textbuf_put_text(out, "waits for nothing");
		return;
	}
	struct dname name;
	char type_text[RRTYPE_TEXT_BYTES];
	enum rrtype type = resolver_question(waiter, &name);
	textbuf_printf(out, "waits for %s%s ", resolver_waits_for(runner->host.resolver, waiter),
	        rrtype_print(type_text, type));
	dname_print(out, &name);
}

bool watchdog_put_rows(struct textbuf *out, const struct runner *runner)
{
	unsigned n = 0;
	for (const struct row *row = runner->oldest; row && n < ROWS_MAX; row = row->newer, n++) {
		textbuf_put_text(out, n ? "; " : "");
		put_row(out, runner, row);
	}
	return n > 0;
}
