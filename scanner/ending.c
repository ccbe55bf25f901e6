/* ending.c - by the counts of all workers. */
#include "scanner/ending.h"

#include "base/exit_status.h"
#include "base/message.h"

/* Fewer rows may all have names that nobody answers for. */
enum { ROWS_IN_VAIN = 10 };
/* Upstreams named in a message. */
enum { NAMED_MAX = 4 };

/* What was said to every question that failed in one way only, behind who said it. */
static const char *const said[ANSWER_STATUS_COUNT] = {
	[ANSWER_SERVFAIL] = "answered every question with SERVFAIL",
	[ANSWER_REFUSED] = "refused every question",
	[ANSWER_TIMEOUT] = "left every question unanswered",
	[ANSWER_BOGUS] = "gave only answers that DNSSEC validation refused",
	[ANSWER_MALFORMED] = "sent only what cannot be read as an answer",
	[ANSWER_UNRESOLVED] = "gave libunbound no answer to any question",
};

static void put_who(struct textbuf *out, const struct options *o)
{
	if (o->replay) {
		textbuf_printf(out, "the record %s", o->replay);
		return;
	}
	if (!o->upstreams.n) {
		textbuf_put_text(out, "the DNS");
		return;
	}
	textbuf_put_text(out, o->upstreams.n > 1 ? "the upstreams " : "the upstream ");
	upstreams_print(out, &o->upstreams, NAMED_MAX);
}

/* "refused every question"; "failed every question (refused 5, timeout 3)". */
static void put_what(struct textbuf *out, const struct resolver_counters *c)
{
	unsigned n = 0;
	enum answer_status last = ANSWER_OK;
	if (c->replayed || c->not_recorded) {
		textbuf_put_text(out, "has a definite answer to none of the questions");
		return;
	}
	for (enum answer_status status = ANSWER_OK; status < ANSWER_STATUS_COUNT; status++)
		if (c->failed_as[status]) {
			last = status;
			n++;
		}
	if (n == 1 && last == ANSWER_TIMEOUT && c->bad_packets) {
		textbuf_printf(out, "sent %llu packets, none of which answers a question",
		        (unsigned long long)c->bad_packets);
		return;
	}
	if (n <= 1) {
		textbuf_put_text(out, said[last] ? said[last] : said[ANSWER_TIMEOUT]);
		return;
	}
	textbuf_put_text(out, "failed every question");
	for (enum answer_status status = ANSWER_OK; status < ANSWER_STATUS_COUNT; status++)
		if (c->failed_as[status])
			textbuf_printf(out, "%s%s %llu",
			        out->bytes[out->size - 1] == 'n' ? " (" : ", ",
			        answer_status_text(status),
			        (unsigned long long)c->failed_as[status]);
	textbuf_put_char(out, ')');
}

/* In this run, those of which a retry kept the row before among them. */
static uint64_t rows_that_failed(const struct summary *s)
{
	const struct tally *before = &s->exchange->resumption->tally;
	return tally_read(&s->tally.temperror_rows) - tally_read(&before->temperror_rows) +
	        tally_read(&s->tally.kept_rows) - tally_read(&before->kept_rows);
}

/* What `spfsweep retry` needs to do them all again. */
static const char *retry_of(const struct summary *s)
{
	return tally_read(&s->tally.kept_rows) ? "`spfsweep retry --older-than`"
	                                       : "`spfsweep retry`";
}

/* Without any definite answer each row that asked something has a failure. */
static bool was_in_vain(const struct summary *s)
{
	const struct resolver_counters *c = &s->counters;
	return !c->answers && !c->late_answers && !c->replayed_answers &&
	        rows_that_failed(s) >= ROWS_IN_VAIN;
}

static void tell_in_vain(const struct summary *s)
{
	struct textbuf why = { 0 };
	put_who(&why, s->options);
	textbuf_put_char(&why, ' ');
	put_what(&why, &s->counters);
	message(MESSAGE_ERROR,
	        "%s: %s, so its %llu rows that asked something hold no result of this run: %s does "
	        "them again",
	        options_output_name(s->options), textbuf_text(&why),
	        (unsigned long long)rows_that_failed(s), retry_of(s));
	textbuf_fini(&why);
}

/* All that the output has, and those that a retry could not renew. */
static uint64_t rows_to_do_again(const struct summary *s)
{
	return tally_read(&s->tally.temperror_rows) + tally_read(&s->tally.kept_rows);
}

/* --max-temperror: by all rows of the output. */
static bool has_too_many_failures(const struct summary *s)
{
	return rows_to_do_again(s) * 100 > s->rows_written * s->options->max_temperror_percent;
}

static void tell_too_many_failures(const struct summary *s)
{
	const struct options *o = s->options;
	message(MESSAGE_ERROR,
	        "%s: look-ups failed in %llu of %llu rows, more than --max-temperror=%u allows: "
	        "%s does them again",
	        options_output_name(o), (unsigned long long)rows_to_do_again(s),
	        (unsigned long long)s->rows_written, o->max_temperror_percent, retry_of(s));
}

/* All checks are the default, which runs those that it can. */
static void warn_of_idle_checks(const struct summary *s)
{
	unsigned named = s->options->checks;
	uint64_t n_rows = tally_read(&s->tally.rows);
	for (unsigned i = 0; i < TALLY_CHECKS && n_rows && named != CHECK_ALL; i++) {
		char word[CHECKS_TEXT_BYTES];
		if (named & 1u << i && !tally_read(&s->tally.ran[i]))
			message(MESSAGE_WARNING, "%s ran on 0 of %llu rows: none has what it needs",
			        checks_print(word, 1u << i), (unsigned long long)n_rows);
	}
}

/* Of the columns that any of these roles has, in the rows of this run. A retry does only some of
 * the rows again. */
static void warn_of_empty_columns(const struct summary *s, unsigned roles, const char *what)
{
	const struct layout *layout = &s->exchange->inputs->layout;
	struct textbuf columns = { 0 };
	bool is_filled = s->exchange->inputs->form != NULL;
	for (enum role role = 0; role < ROLE_COUNT; role++) {
		if (!(roles & 1u << role) || role_column_of(layout, role) == COLUMN_NONE)
			continue;
		textbuf_put_text(&columns, columns.size ? ", " : "");
		layout_tell_column(&columns, layout, role);
		is_filled |= tally_read(&s->tally.filled[role]) > 0;
	}
	if (columns.size && !is_filled && tally_read(&s->tally.done_rows))
		message(MESSAGE_WARNING, "no row has %s: nothing stands in %s of %llu rows", what,
		        textbuf_text(&columns),
		        (unsigned long long)tally_read(&s->tally.done_rows));
	textbuf_fini(&columns);
}

int ending_find(const struct summary *s)
{
	if (!s->complete)
		return s->exchange->inputs->is_wrong ? EXIT_USAGE : EXIT_STOPPED;
	if (was_in_vain(s) || has_too_many_failures(s))
		return EXIT_STOPPED;
	return tally_read(&s->tally.bad_rows) && !s->options->bad_input_is_ok ? EXIT_BAD_ROWS
	                                                                      : EXIT_DONE;
}

int ending_status(const struct summary *s)
{
	if (!s->job->past) {
		warn_of_empty_columns(s, 1u << ROLE_IP, "an address");
		warn_of_empty_columns(
		        s, 1u << ROLE_DOMAIN | 1u << ROLE_SENDER | 1u << ROLE_HELO, "a domain");
		warn_of_idle_checks(s);
	}
	if (s->complete && was_in_vain(s))
		tell_in_vain(s);
	else if (s->complete && has_too_many_failures(s))
		tell_too_many_failures(s);
	return ending_find(s);
}
