/* fuzz_report.c - any octets as a file of results. The first octet chooses what groups are made by.
 *
 * Groups add up to the totals, and each form is printed whole. */
#include "memfile.h"

#include "base/hash.h"
#include "base/json.h"
#include "report/reportprint.h"

static void check_sums(const struct report *r, enum report_by by)
{
	uint64_t sums[GROUP_COUNTS] = { 0 };
	struct group g;
	for (uint64_t i = 0; groups_at(r->groups[by], i, &g); i++) {
		require(g.key.size > 0 && g.reason_count <= g.counts[GROUP_MESSAGES]);
		for (unsigned c = 0; c < GROUP_COUNTS; c++)
			sums[c] += g.counts[c];
	}
	for (unsigned c = 0; c < GROUP_COUNTS && by != REPORT_BY_PROBLEM; c++)
		require(sums[c] == r->totals[c]);
}

static void check_print(const struct report *r, enum report_by by)
{
	void (*const forms[])(struct textbuf *, const struct report *, enum report_by,
	        unsigned) = { reportprint_text, reportprint_csv, reportprint_json };
	for (unsigned i = 0; i < 3; i++) {
		struct textbuf out = { 0 };
		forms[i](&out, r, by, i);
		require(out.size && !out.failed && out.bytes[out.size - 1] == '\n');
		require(i != 2 || json_begins_object(out.bytes, out.size));
		textbuf_fini(&out);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report r = { 0 };
	struct memfile file;
	char why[256] = "";
	hash_init();
	if (!size)
		return 0;
	memfile_open(&file, data + 1, size - 1);
	enum report_by by = (enum report_by)(*data % REPORT_BY_WORDS);
	r.files.kind = RESULT_OF_SCAN;
	if (report_init(&r, 1u << by, false, 1 << 20)) {
		enum error err = report_read(&r, file.path, why, sizeof why);
		require(!err == !why[0]);
		require(report_finish(&r));
		check_sums(&r, by);
		check_print(&r, by);
		tell_outcome(err ? "refused" : r.n_rows ? "rows" : "none");
	}
	report_fini(&r);
	memfile_close(&file);
	return 0;
}
