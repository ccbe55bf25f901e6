/* test_columns.c - a printed row is whole, or says that it is not. */
#include "tests/cmocka_first.h"

#include "results/columns.h"

#include <stdio.h>
#include <stdlib.h>

struct printing {
	struct outcome outcome;
	struct layout layout;
	struct column_set columns;
	struct textbuf out, scratch;
};

static int begin(void **state)
{
	struct printing *p = calloc(1, sizeof *p);
	if (!p)
		return -1;
	p->outcome.number = 7;
	p->outcome.record = (struct csv_record){ .text = "a.example,\"b, c\"", .size = 16 };
	p->outcome.error = "ip: not an IP address";
	p->outcome.evaluated_at = "2026-11-29T12:00:00Z";
	p->layout.n_columns = 2;
	columns_all(&p->columns);
	*state = p;
	return 0;
}

static int end(void **state)
{
	struct printing *p = *state;
	textbuf_fini(&p->out);
	textbuf_fini(&p->scratch);
	free(p);
	return 0;
}

static void whole_row(void **state)
{
	struct printing *p = *state;
	columns_put_row(&p->out, &p->scratch, &p->layout, &p->columns, &p->outcome);
	assert_false(p->out.failed);
	static const char begins[] = "7,a.example,\"b, c\",bad_input,ip: not an IP address,";
	assert_true(p->out.size > sizeof begins);
	assert_memory_equal(p->out.bytes, begins, sizeof begins - 1);
}

/* Memory that ends anywhere in the work must not cut a field short. */
static void no_memory(void **state)
{
	struct printing *p = *state;
	for (size_t limit_bytes = 1; limit_bytes < 20; limit_bytes++) {
		textbuf_fini(&p->scratch);
		textbuf_init(&p->scratch, limit_bytes);
		textbuf_reset(&p->out);
		columns_put_row(&p->out, &p->scratch, &p->layout, &p->columns, &p->outcome);
		assert_true(p->out.failed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(whole_row, begin, end),
		cmocka_unit_test_setup_teardown(no_memory, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
