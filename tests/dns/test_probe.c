/* test_probe.c - the loop around a step, with an asker that has answers at hand or hands them in
 * later.
 *
 * The probe under test walks a countdown: each turn asks `fanout` questions. One answer is shared
 * by all of them, so that its reference count shows what was not released. */
#include "dns/probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct book {
	struct asker asker; /* first: the asker's functions find the book by it */
	bool at_hand;
	unsigned n_questions, at_hand_every; /* with at_hand_every, each n-th question only */
	struct {
		struct probe *probe;
		unsigned slot;
	} waiting[PROBE_FANOUT_MAX];
	unsigned n_waiting;
	const struct answer *shared; /* a reference is given out with every answer */
};

struct countdown {
	struct probe probe;
	unsigned turns_left, fanout, n_steps, n_answers, depth, depth_max;
	bool keep;
	const struct answer *kept;
};

static const struct answer *book_answer(struct book *book)
{
	return answer_ref(book->shared);
}

static const struct answer *book_ask(struct asker *asker, struct probe *probe, unsigned slot,
        const struct dname *qname, enum rrtype type)
{
	struct book *book = (struct book *)asker;
	assert_int_equal(type, RRTYPE_TXT);
	assert_int_equal(qname->size, 1);
	book->n_questions++;
	if (book->at_hand || (book->at_hand_every && book->n_questions % book->at_hand_every == 0))
		return book_answer(book);
	book->waiting[book->n_waiting].probe = probe;
	book->waiting[book->n_waiting++].slot = slot;
	return NULL;
}

/* Hands in all that wait, the last asked first, as the network might; true when the last one said
 * that the probe can run. */
static bool book_deliver(struct book *book)
{
	bool ready = false;
	while (book->n_waiting > 0) {
		assert_false(ready);
		book->n_waiting--;
		ready = probe_take(book->waiting[book->n_waiting].probe,
		        book->waiting[book->n_waiting].slot, book_answer(book));
	}
	return ready;
}

static enum probe_turn countdown_step(struct probe *probe, const struct probe_answers *got)
{
	struct countdown *c = (struct countdown *)probe;
	const struct dname root = { .size = 1 };
	c->depth++;
	if (c->depth > c->depth_max)
		c->depth_max = c->depth;
	assert_int_equal(got->count, c->n_steps == 0 ? 0 : c->fanout);
	for (unsigned i = 0; i < got->count; i++) {
		assert_non_null(got->by_slot[i]);
		c->n_answers++;
	}
	if (c->keep && got->count > 0 && !c->kept)
		c->kept = answer_ref(got->by_slot[0]);
	c->n_steps++;
	enum probe_turn turn = PROBE_DONE;
	if (c->turns_left > 0) {
		c->turns_left--;
		for (unsigned i = 0; i < c->fanout; i++)
			assert_int_equal(probe_ask(probe, &root, RRTYPE_TXT), i);
		turn = PROBE_ASK;
	}
	c->depth--;
	return turn;
}

static void book_open(struct book *book, bool at_hand)
{
	const struct dname root = { .size = 1 };
	*book = (struct book){ .asker.ask = book_ask, .at_hand = at_hand };
	book->shared = answer_of_failure(&root, RRTYPE_TXT, ANSWER_NXDOMAIN, NULL);
	assert_non_null(book->shared);
}

/* All references but the book's own must have come back. */
static void book_close(struct book *book)
{
	assert_int_equal(book->shared->n_references, 1);
	answer_unref(book->shared);
}

static void a_probe_without_questions_is_done_at_once(void **state)
{
	(void)state;
	struct book book;
	struct countdown c = { .turns_left = 0 };
	book_open(&book, false);
	probe_begin(&c.probe, countdown_step, &book.asker);
	assert_true(probe_run(&c.probe));
	assert_int_equal(c.n_steps, 1);
	/* Asking again changes nothing. */
	assert_true(probe_run(&c.probe));
	assert_int_equal(c.n_steps, 1);
	book_close(&book);
}

static void answers_at_hand_loop_and_never_recurse(void **state)
{
	(void)state;
	struct book book;
	struct countdown c = { .turns_left = 100000, .fanout = 3 };
	book_open(&book, true);
	probe_begin(&c.probe, countdown_step, &book.asker);
	assert_true(probe_run(&c.probe));
	assert_int_equal(c.n_steps, 100001);
	assert_int_equal(c.n_answers, 300000);
	assert_int_equal(c.depth_max, 1);
	book_close(&book);
}

static void missing_answers_stop_the_run(void **state)
{
	(void)state;
	struct book book;
	struct countdown c = { .turns_left = 2, .fanout = PROBE_FANOUT_MAX };
	book_open(&book, false);
	probe_begin(&c.probe, countdown_step, &book.asker);
	assert_false(probe_run(&c.probe));
	assert_int_equal(book.n_waiting, PROBE_FANOUT_MAX);
	/* Too early: still waiting, and no step is made. */
	assert_false(probe_run(&c.probe));
	assert_int_equal(c.n_steps, 1);
	assert_true(book_deliver(&book));
	assert_false(probe_run(&c.probe));
	assert_true(book_deliver(&book));
	assert_true(probe_run(&c.probe));
	assert_int_equal(c.n_answers, 2 * PROBE_FANOUT_MAX);
	book_close(&book);
}

static void some_at_hand_some_later(void **state)
{
	(void)state;
	struct book book;
	struct countdown c = { .turns_left = 5, .fanout = 4 };
	book_open(&book, false);
	book.at_hand_every = 2;
	probe_begin(&c.probe, countdown_step, &book.asker);
	for (int turn = 0; turn < 5; turn++) {
		assert_false(probe_run(&c.probe));
		assert_int_equal(book.n_waiting, 2);
		assert_true(book_deliver(&book));
	}
	assert_true(probe_run(&c.probe));
	assert_int_equal(c.n_answers, 20);
	book_close(&book);
}

static void a_step_keeps_an_answer_by_reference(void **state)
{
	(void)state;
	struct book book;
	struct countdown c = { .turns_left = 3, .fanout = 1, .keep = true };
	book_open(&book, true);
	probe_begin(&c.probe, countdown_step, &book.asker);
	assert_true(probe_run(&c.probe));
	assert_int_equal(book.shared->n_references, 2);
	answer_unref(c.kept);
	book_close(&book);
}

static void a_probe_given_up_releases_what_it_took(void **state)
{
	(void)state;
	struct book book;
	struct countdown c = { .turns_left = 1, .fanout = 4 };
	book_open(&book, false);
	book.at_hand_every = 2;
	probe_begin(&c.probe, countdown_step, &book.asker);
	assert_false(probe_run(&c.probe));
	assert_false(probe_take(&c.probe, book.waiting[0].slot, book_answer(&book)));
	assert_int_equal(book.shared->n_references, 4);
	probe_fini(&c.probe);
	probe_fini(&c.probe);
	book_close(&book);
}

static enum probe_turn greedy_step(struct probe *probe, const struct probe_answers *got)
{
	const struct dname root = { .size = 1 };
	(void)got;
	for (unsigned i = 0; i <= PROBE_FANOUT_MAX; i++)
		probe_ask(probe, &root, RRTYPE_TXT);
	return PROBE_ASK;
}

static enum probe_turn idle_step(struct probe *probe, const struct probe_answers *got)
{
	(void)probe;
	(void)got;
	return PROBE_ASK;
}

static void take_twice(void)
{
	struct book book;
	struct countdown c = { .turns_left = 1, .fanout = 2 };
	book_open(&book, false);
	probe_begin(&c.probe, countdown_step, &book.asker);
	probe_run(&c.probe);
	probe_take(&c.probe, 0, book_answer(&book));
	probe_take(&c.probe, 0, book_answer(&book));
}

static void take_unasked(void)
{
	struct book book;
	struct countdown c = { .turns_left = 1, .fanout = 2 };
	book_open(&book, false);
	probe_begin(&c.probe, countdown_step, &book.asker);
	probe_run(&c.probe);
	probe_take(&c.probe, 2, book_answer(&book));
}

static void ask_too_much(void)
{
	struct book book;
	struct probe p;
	book_open(&book, true);
	probe_begin(&p, greedy_step, &book.asker);
	probe_run(&p);
}

static void ask_nothing(void)
{
	struct book book;
	struct probe p;
	book_open(&book, true);
	probe_begin(&p, idle_step, &book.asker);
	probe_run(&p);
}

static const struct answer *reentrant_ask(struct asker *asker, struct probe *probe, unsigned slot,
        const struct dname *qname, enum rrtype type)
{
	(void)qname;
	(void)type;
	probe_take(probe, slot, book_answer((struct book *)asker));
	return NULL;
}

static void take_inside_ask(void)
{
	struct book book;
	struct countdown c = { .turns_left = 1, .fanout = 1 };
	book_open(&book, false);
	book.asker.ask = reentrant_ask;
	probe_begin(&c.probe, countdown_step, &book.asker);
	probe_run(&c.probe);
}

/* In a child, whose assertion message goes nowhere. */
static void assert_aborts(void (*misuse)(void))
{
	const pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		close(STDERR_FILENO);
		misuse();
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void misuse_is_an_assertion(void **state)
{
	(void)state;
	assert_aborts(take_twice);
	assert_aborts(take_unasked);
	assert_aborts(ask_too_much);
	assert_aborts(ask_nothing);
	assert_aborts(take_inside_ask);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_probe_without_questions_is_done_at_once),
		cmocka_unit_test(answers_at_hand_loop_and_never_recurse),
		cmocka_unit_test(missing_answers_stop_the_run),
		cmocka_unit_test(some_at_hand_some_later),
		cmocka_unit_test(a_step_keeps_an_answer_by_reference),
		cmocka_unit_test(a_probe_given_up_releases_what_it_took),
		cmocka_unit_test(misuse_is_an_assertion),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
