/* progress.c - how far a scan has come. Rates are those of the last interval, but for the ETA. */
#include "scanner/progress.h"

#include "base/clock.h"
#include "base/message.h"
#include "base/thread.h"
#include "scanner/headroom.h"

#include <sys/ioctl.h>
#include <unistd.h>

enum { LIVE_MS = 500, LINE_NS_S = 10, GIVE_BACK_S = 60, RATE_S = 30, ETA_MAX_S = 100 * 86400 };

/* 3725 s as "1:02:05". */
static void put_duration(struct textbuf *out, uint64_t seconds)
{
	if (seconds >= 3600)
		textbuf_printf(out, "%llu:%02llu:%02llu", (unsigned long long)(seconds / 3600),
		        (unsigned long long)(seconds / 60 % 60),
		        (unsigned long long)(seconds % 60));
	else
		textbuf_printf(out, "%llu:%02llu", (unsigned long long)(seconds / 60),
		        (unsigned long long)(seconds % 60));
}

static double per_second(uint64_t count, uint64_t ns)
{
	return ns ? (double)count * (double)CLOCK_NS_PER_S / (double)ns : 0;
}

/* The ETA follows the rate of the last half minute; before it has passed, that of the whole run. */
static void note_rate(struct progress *progress, double done, uint64_t now_ns)
{
	double dt_s = (double)(now_ns - progress->rated_ns) / (double)CLOCK_NS_PER_S,
	       run_s = (double)(now_ns - progress->started_ns) / (double)CLOCK_NS_PER_S,
	       span_s = run_s < RATE_S ? run_s : RATE_S;
	if (dt_s <= 0)
		return;
	double weight = dt_s < span_s ? dt_s / span_s : 1;
	progress->rate += weight * ((done - progress->rated_done) / dt_s - progress->rate);
	progress->rated_done = done;
	progress->rated_ns = now_ns;
}

/* The share of the input: of its raw bytes that were read, the part whose rows are finished. Rows
 * that a resumed output held took no time. */
static void put_share(
        struct textbuf *out, struct progress *progress, uint64_t rows_done, uint64_t now_ns)
{
	const struct inputs *in = progress->exchange->inputs;
	uint64_t size = atomic_load_explicit(&in->raw_size, memory_order_relaxed),
	         read = atomic_load_explicit(&in->raw_bytes, memory_order_relaxed);
	uint64_t rows_before = progress->exchange->resumption->n_rows,
	         rows_fed = exchange_rows_fed(progress->exchange), begun = progress->begun_bytes;
	read = read < size ? read : size;
	if (read <= begun || rows_done <= rows_before || rows_fed < rows_done)
		return;
	rows_done -= rows_before;
	rows_fed -= rows_before;
	double done_now = (double)(read - begun) * (double)rows_done / (double)rows_fed,
	       left = (double)(size - begun) - done_now;
	note_rate(progress, done_now, now_ns);
	textbuf_printf(out, "%.1f%%, ETA ", 100 * ((double)begun + done_now) / (double)size);
	if (left <= 0 || (progress->rate > 0 && left / progress->rate < ETA_MAX_S))
		put_duration(out, left <= 0 ? 0 : (uint64_t)(left / progress->rate));
	else
		textbuf_put_char(out, '-');
}

/* The parts of the line, in its order. */
enum part { PART_SHARE, PART_ROWS, PART_RATE, PART_ACTIVE, PART_ANSWERS, PART_FAILED, PART_COUNT };

static void put_parts(struct textbuf parts[PART_COUNT], struct progress *progress, uint64_t now_ns)
{
	struct tally tally;
	struct resolver_counters counters;
	exchange_tally(progress->exchange, &tally, &counters);
	uint64_t rows = tally_read(&tally.rows), ns = now_ns - progress->last_ns;
	put_share(&parts[PART_SHARE], progress, rows, now_ns);
	textbuf_printf(&parts[PART_ROWS], "%llu rows", (unsigned long long)rows);
	textbuf_printf(
	        &parts[PART_RATE], "%.0f rows/s", per_second(rows - progress->last_rows, ns));
	textbuf_printf(&parts[PART_ACTIVE], "%llu in flight",
	        (unsigned long long)tally_read(&tally.active_rows));
	textbuf_printf(&parts[PART_ANSWERS], "%.0f answers/s",
	        per_second(counters.answers - progress->last_answers, ns));
	textbuf_printf(&parts[PART_FAILED], "%.2f%% temperror",
	        rows ? 100.0 * (double)tally_read(&tally.temperror_rows) / (double)rows : 0.0);
	progress->last_rows = rows;
	progress->last_answers = counters.answers;
	progress->last_ns = now_ns;
}

/* Joins the parts. What does not fit into so many columns is left out, the least of use first. */
static void put_state(
        struct textbuf *out, struct progress *progress, uint64_t now_ns, size_t columns)
{
	static const enum part least_first[] = { PART_ANSWERS, PART_ACTIVE, PART_FAILED, PART_RATE,
		PART_ROWS };
	struct textbuf parts[PART_COUNT] = { 0 };
	put_parts(parts, progress, now_ns);
	size_t size = 0;
	for (unsigned i = 0; i < PART_COUNT; i++)
		size += parts[i].size ? parts[i].size + 2 : 0;
	for (unsigned i = 0; i < sizeof least_first / sizeof *least_first && size > columns + 2;
	        i++) {
		size -= parts[least_first[i]].size + 2;
		textbuf_reset(&parts[least_first[i]]);
	}
	for (unsigned i = 0; i < PART_COUNT; i++) {
		textbuf_put_text(out, out->size && parts[i].size ? ", " : "");
		textbuf_put(out, parts[i].bytes, parts[i].size);
		textbuf_fini(&parts[i]);
	}
	if (out->size > columns)
		out->size = columns;
}

/* A line that is as wide as the terminal would make some of them scroll. */
static size_t live_columns(void)
{
	struct winsize size;
	bool known = !ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col > 0;
	return known ? size.ws_col - 1u : 79;
}

static void tell(struct progress *progress, struct textbuf *text)
{
	uint64_t now_ns = clock_now_ns();
	bool line_due =
	        progress->lines && now_ns - progress->last_line_ns >= LINE_NS_S * CLOCK_NS_PER_S;
	if (!progress->live && !line_due)
		return;
	textbuf_reset(text);
	put_state(text, progress, now_ns, progress->live ? live_columns() : SIZE_MAX - 2);
	if (progress->live) {
		message_live(textbuf_text(text));
		return;
	}
	progress->last_line_ns = now_ns;
	message(MESSAGE_INFO, "%s", textbuf_text(text));
}

static void watch(struct progress *progress)
{
	const struct exchange *x = progress->exchange;
	struct tally tally;
	struct resolver_counters counters;
	exchange_tally(x, &tally, &counters);
	uint64_t n_fed = exchange_rows_fed(x), n_finished = tally_read(&tally.rows),
	         n_open = n_fed > n_finished ? n_fed - n_finished : 0;
	if (atomic_load_explicit(&x->stopping, memory_order_relaxed) &&
	        !tally_read(&tally.active_rows))
		n_open = 0; /* no more rows will begin: only the output is waited for */
	enum watchdog_turn turn =
	        watchdog_look(&progress->watchdog, n_finished, n_open, clock_now_ns());
	for (unsigned w = 0; turn != WATCHDOG_REST && w < x->n_lanes; w++) {
		_Atomic unsigned *asked_s = &x->lanes[w].asked_s;
		if (turn == WATCHDOG_ASK)
			atomic_store_explicit(asked_s,
			        (unsigned)(progress->watchdog.still_ns / CLOCK_NS_PER_S),
			        memory_order_relaxed);
		else if (atomic_load_explicit(asked_s, memory_order_relaxed))
			message(MESSAGE_WARNING,
			        "no row was finished for %llu s, and worker %u does not turn",
			        (unsigned long long)(progress->watchdog.still_ns / CLOCK_NS_PER_S),
			        w + 1);
	}
}

/* Once, and only for a signal: whoever stops the scan for another reason says so. */
static void tell_stop(struct progress *progress)
{
	const struct exchange *x = progress->exchange;
	struct tally tally;
	struct resolver_counters counters;
	if (progress->told_stop || !atomic_load_explicit(&x->stopping, memory_order_relaxed) ||
	        atomic_load_explicit(&x->failed, memory_order_relaxed))
		return;
	progress->told_stop = true;
	exchange_tally(x, &tally, &counters);
	message(MESSAGE_INFO,
	        "stopping: %llu rows in flight are finished first, each by its --deadline; a "
	        "second signal ends the program at once. %s",
	        (unsigned long long)tally_read(&tally.active_rows),
	        options_output_is_gzip(x->options) ? "The same command with --resume goes on"
	                                           : "Only an --output named *.gz can go on later");
}

static void give_back(struct progress *progress)
{
	uint64_t now_ns = clock_now_ns();
	if (now_ns - progress->gave_back_ns < GIVE_BACK_S * CLOCK_NS_PER_S)
		return;
	progress->gave_back_ns = now_ns;
	headroom_give_back();
}

static void *progress_main(void *arg)
{
	struct progress *progress = arg;
	struct textbuf text = { 0 };
	while (!atomic_load_explicit(&progress->over, memory_order_acquire)) {
		doorbell_arm(&progress->bell);
		if (atomic_load_explicit(&progress->over, memory_order_acquire))
			break;
		doorbell_wait(&progress->bell, LIVE_MS);
		exchange_nudge(progress->exchange);
		tell_stop(progress);
		tell(progress, &text);
		watch(progress);
		give_back(progress);
	}
	textbuf_fini(&text);
	return NULL;
}

bool progress_start(struct progress *progress, struct exchange *exchange, enum progress_mode mode)
{
	*progress = (struct progress){ .exchange = exchange,
		.started_ns = clock_now_ns(),
		.begun_bytes = atomic_load(&exchange->inputs->raw_bytes) };
	bool terminal = isatty(STDERR_FILENO);
	progress->live = mode != PROGRESS_NEVER && terminal;
	progress->lines = mode == PROGRESS_ALWAYS || (mode == PROGRESS_AUTO && !terminal);
	progress->last_ns = progress->last_line_ns = progress->gave_back_ns = progress->rated_ns =
	        progress->started_ns;
	progress->last_rows = exchange->resumption->n_rows;
	watchdog_init(&progress->watchdog, progress->started_ns);
	if (doorbell_init(&progress->bell)) {
		message(MESSAGE_ERROR, "file descriptors: there are none left; raise `ulimit -n`");
		return false;
	}
	return thread_start(&progress->thread, progress_main, progress);
}

void progress_stop(struct progress *progress)
{
	atomic_store_explicit(&progress->over, true, memory_order_release);
	doorbell_ring(&progress->bell);
	pthread_join(progress->thread, NULL);
	tell_stop(progress);
	doorbell_fini(&progress->bell);
	message_live(NULL);
}
