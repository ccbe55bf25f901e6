/* test_members.c - a file of members is read to its end; cut or damaged at any octet, to the last
 * member before, and never further. */
#include "io/members.h"
#include "tests/io/tempfile.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { N_MEMBERS = 3 };

static const char *const texts[N_MEMBERS] = { "row,domain\n", "1,a.example\n2,b.example\n",
	"3,c.example\n" };
static size_t ends[N_MEMBERS + 2]; /* offset behind each member, and behind the EOF member */

static void put_members(struct textbuf *out)
{
	struct bgzf *z = bgzf_new(1);
	struct bgzf_checkpoint checkpoint = {
		.fingerprint = 5, .first_row = 1, .run = 77, .note = "checks=spf", .note_size = 10
	};
	for (unsigned i = 0; i < N_MEMBERS; i++) {
		bgzf_put_member(z, out, texts[i], strlen(texts[i]), &checkpoint);
		ends[i + 1] = out->size;
		checkpoint = (struct bgzf_checkpoint){
			.fingerprint = 5, .first_row = i ? 3 : 1, .run = 77, .n_rows = i ? 1 : 2
		};
	}
	bgzf_put_eof(out);
	ends[N_MEMBERS + 1] = out->size;
	bgzf_free(z);
}

/* Reads all that is whole: how many members, and what ended it. */
static enum error read_all(const void *bytes, size_t size, unsigned *n)
{
	struct tempfile file = tempfile_new(bytes, size);
	struct members *m;
	struct member member;
	enum error err;
	assert_int_equal(members_open(&m, file.path), ERROR_NONE);
	for (*n = 0; !(err = members_next(m, &member)); ++*n) {
		assert_int_equal(member.at, ends[*n]);
		assert_int_equal(members_at(m), ends[*n + 1]);
		assert_true(member.is_eof == (*n == N_MEMBERS));
		assert_true(member.has_checkpoint == !member.is_eof);
		if (member.is_eof)
			continue;
		assert_int_equal(member.text_size, strlen(texts[*n]));
		assert_memory_equal(member.text, texts[*n], member.text_size);
		assert_int_equal(member.checkpoint.run, 77);
		assert_int_equal(member.checkpoint.note_size, *n ? 0 : 10);
		assert_memory_equal(
		        member.checkpoint.note, "checks=spf", member.checkpoint.note_size);
	}
	assert_int_equal(members_at(m), ends[*n]);
	members_close(m);
	tempfile_free(&file);
	return err;
}

static void whole_file(void **state)
{
	(void)state;
	struct textbuf file = { 0 };
	unsigned n;
	put_members(&file);
	assert_int_equal(read_all(file.bytes, file.size, &n), ERROR_EMPTY);
	assert_int_equal(n, N_MEMBERS + 1);
	textbuf_fini(&file);
}

static void cut_anywhere(void **state)
{
	(void)state;
	struct textbuf file = { 0 };
	put_members(&file);
	for (size_t size = 0; size < file.size; size++) {
		unsigned n, n_whole = 0;
		while (ends[n_whole + 1] <= size)
			n_whole++;
		assert_int_equal(read_all(file.bytes, size, &n),
		        ends[n_whole] == size ? ERROR_EMPTY : ERROR_TRUNCATED);
		assert_int_equal(n, n_whole);
	}
	textbuf_fini(&file);
}

/* Whatever octet of the second member is damaged, nothing of it is delivered, but for what no
 * checksum covers: the header's time, flags and system, and our own checkpoint. */
static void damaged_data(void **state)
{
	(void)state;
	struct textbuf file = { 0 };
	put_members(&file);
	for (size_t at = ends[1] + 58; at < ends[2]; at++) {
		unsigned n;
		file.bytes[at] ^= 0x20;
		enum error err = read_all(file.bytes, file.size, &n);
		if (at >= ends[2] - 8 || n == 1) /* else an unused bit of the deflate data: the text
		                                    is what it was */
			assert_true(err == ERROR_CORRUPT && n == 1);
		file.bytes[at] ^= 0x20;
	}
	textbuf_fini(&file);
}

static void garbage_behind(void **state)
{
	(void)state;
	struct textbuf file = { 0 };
	unsigned n;
	put_members(&file);
	textbuf_put(&file, "\0\0\0\0", 4);
	assert_int_equal(read_all(file.bytes, file.size, &n), ERROR_CORRUPT);
	assert_int_equal(n, N_MEMBERS + 1);
	textbuf_fini(&file);
}

/* Whatever octet is damaged, all other members are found. Also behind a header that says a wrong
 * size. */
static void members_behind_damage(void **state)
{
	(void)state;
	struct textbuf file = { 0 };
	put_members(&file);
	for (size_t at = 0; at < ends[2]; at++) {
		file.bytes[at] ^= 0x20;
		struct tempfile path = tempfile_new(file.bytes, file.size);
		struct members *m;
		struct member member;
		unsigned found = 0;
		enum error err = members_open(&m, path.path);
		while (!err) {
			err = members_next(m, &member);
			if (!err)
				for (unsigned i = 0; i <= N_MEMBERS; i++)
					found |= (unsigned)(member.at == ends[i]) << i;
			else if (err != ERROR_EMPTY)
				err = members_skip(m);
		}
		assert_int_equal(err, ERROR_EMPTY);
		unsigned damaged = at < ends[1] ? 0 : 1;
		assert_int_equal(found | 1u << damaged, (1u << (N_MEMBERS + 1)) - 1);
		assert_int_equal(members_seek(m, ends[2]), ERROR_NONE);
		assert_int_equal(members_next(m, &member), ERROR_NONE);
		assert_int_equal(member.at, ends[2]);
		assert_int_equal(members_at(m), ends[3]);
		members_close(m);
		tempfile_free(&path);
		file.bytes[at] ^= 0x20;
	}
	textbuf_fini(&file);
}

/* The next member begins where a buffer ends. */
static void members_far_behind(void **state)
{
	(void)state;
	struct textbuf members = { 0 };
	put_members(&members);
	for (size_t gap = 4 * BGZF_MEMBER_MAX_BYTES - 3; gap < 4 * BGZF_MEMBER_MAX_BYTES + 4;
	        gap++) {
		struct textbuf file = { 0 };
		memset(textbuf_reserve(&file, gap), 'x', gap);
		textbuf_advance(&file, gap);
		textbuf_put(&file, members.bytes, members.size);
		struct tempfile path = tempfile_new(file.bytes, file.size);
		struct members *m;
		struct member member;
		assert_int_equal(members_open(&m, path.path), ERROR_NONE);
		assert_int_equal(members_next(m, &member), ERROR_CORRUPT);
		assert_int_equal(members_skip(m), ERROR_NONE);
		assert_int_equal(members_next(m, &member), ERROR_NONE);
		assert_int_equal(member.at, gap);
		members_close(m);
		tempfile_free(&path);
		textbuf_fini(&file);
	}
	textbuf_fini(&members);
}

static void many_large_members(void **state)
{
	(void)state;
	static char noise[BGZF_TEXT_MAX_BYTES];
	struct textbuf file = { 0 };
	struct bgzf *z = bgzf_new(1);
	uint32_t seed = 1;
	for (size_t i = 0; i < sizeof noise; i++)
		noise[i] = (char)((seed = seed * 1664525 + 1013904223) >> 24);
	for (unsigned i = 0; i < 20; i++)
		bgzf_put_member(z, &file, noise, sizeof noise - i,
		        &(struct bgzf_checkpoint){ .first_row = i });
	struct tempfile path = tempfile_new(file.bytes, file.size);
	struct members *m;
	struct member member;
	assert_int_equal(members_open(&m, path.path), ERROR_NONE);
	for (unsigned i = 0; i < 20; i++) {
		assert_int_equal(members_next(m, &member), ERROR_NONE);
		assert_int_equal(member.checkpoint.first_row, i);
		assert_int_equal(member.text_size, sizeof noise - i);
		assert_memory_equal(member.text, noise, member.text_size);
	}
	assert_int_equal(members_next(m, &member), ERROR_EMPTY);
	members_close(m);
	tempfile_free(&path);
	bgzf_free(z);
	textbuf_fini(&file);
}

static void no_file(void **state)
{
	(void)state;
	struct members *m;
	assert_int_equal(members_open(&m, "/nonexistent/file"), ERROR_SYSTEM);
	assert_int_equal(errno, ENOENT);
	members_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_file),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(damaged_data),
		cmocka_unit_test(garbage_behind),
		cmocka_unit_test(members_behind_damage),
		cmocka_unit_test(members_far_behind),
		cmocka_unit_test(many_large_members),
		cmocka_unit_test(no_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
