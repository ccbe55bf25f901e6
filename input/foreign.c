/* foreign.c - magic numbers, and the commands that make text of such files. */
#include "input/foreign.h"

#include <string.h>

struct kind {
	const char *magic;
	size_t size, at;
	const char *what;
	/* Makes text of a file; behind it stands the file's name, or nothing in a pipe. NULL: no
	 * command does. */
	const char *command, *in_pipe;
};
#define MAGIC(text) text, sizeof(text) - 1

static const struct kind kinds[] = {
	{ MAGIC("\xfd"
	        "7zXZ"),
	        0, "compressed with xz", "xz -dc", NULL },
	{ MAGIC("\x28\xb5\x2f\xfd"), 0, "compressed with zstd", "zstd -dc", NULL },
	{ MAGIC("BZh"), 0, "compressed with bzip2", "bzip2 -dc", NULL },
	{ MAGIC("\x04\x22\x4d\x18"), 0, "compressed with lz4", "lz4 -dc", NULL },
	{ MAGIC("LZIP"), 0, "compressed with lzip", "lzip -dc", NULL },
	{ MAGIC("\x1f\x9d"), 0, "compressed with compress", "gzip -dc", NULL },
	{ MAGIC("PK\x03\x04"), 0, "a zip archive or a spreadsheet", "unzip -p", "funzip" },
	{ MAGIC("7z\xbc\xaf\x27\x1c"), 0, "a 7z archive", "7z x -so", NULL },
	{ MAGIC("ustar"), 257, "a tar archive", "tar -xOf", "tar -xO" },
	{ MAGIC("PAR1"), 0, "Parquet", "parquet-tools csv", NULL },
	{ MAGIC("\xff\xfe\0\0"), 0, "UTF-32", "iconv -f UTF-32 -t UTF-8", NULL },
	{ MAGIC("\0\0\xfe\xff"), 0, "UTF-32", "iconv -f UTF-32 -t UTF-8", NULL },
	{ MAGIC("\xff\xfe"), 0, "UTF-16", "iconv -f UTF-16 -t UTF-8", NULL },
	{ MAGIC("\xfe\xff"), 0, "UTF-16", "iconv -f UTF-16 -t UTF-8", NULL },
	{ MAGIC("ARROW1"), 0, "an Arrow file", NULL, NULL },
	{ MAGIC("Obj\x01"), 0, "an Avro file", NULL, NULL },
	{ MAGIC("SQLite format 3"), 0, "an SQLite database", NULL, NULL },
	{ MAGIC("%PDF-"), 0, "a PDF file", NULL, NULL },
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static const struct kind utf16_le = { .what = "UTF-16 without a byte order mark",
	.command = "iconv -f UTF-16LE -t UTF-8" };
static const struct kind utf16_be = { .what = "UTF-16 without a byte order mark",
	.command = "iconv -f UTF-16BE -t UTF-8" };
static const struct kind binary = { .what = "no text: it has octets of value 0" };

static bool is_ascii(char c)
{
	return c == '\t' || (c >= ' ' && c <= '~');
}

/* "BZh" and a digit: a domain may begin with these letters. */
static bool has_magic(const struct kind *kind, struct csv_field begin)
{
	if (begin.size < kind->at + kind->size ||
	        memcmp(begin.text + kind->at, kind->magic, kind->size))
		return false;
	if (!strcmp(kind->magic, "BZh"))
		return begin.size > 9 && !memcmp(begin.text + 4, "1AY&SY", 6);
	if (!strcmp(kind->magic, "LZIP"))
		return begin.size > 4 && begin.text[4] == 1;
	if (!strcmp(kind->magic, "PAR1"))
		return begin.size > 4 && !is_ascii(begin.text[4]);
	return true;
}

static const struct kind *kind_of(struct csv_field begin)
{
	for (unsigned i = 0; i < KINDS; i++)
		if (has_magic(&kinds[i], begin))
			return &kinds[i];
	if (!begin.size || !memchr(begin.text, 0, csv_line_size(begin)))
		return NULL;
	if (begin.size >= 4 && !begin.text[1] && !begin.text[3] && is_ascii(begin.text[0]))
		return &utf16_le;
	if (begin.size >= 4 && !begin.text[0] && !begin.text[2] && is_ascii(begin.text[1]))
		return &utf16_be;
	return &binary;
}

/* Between quotes where the shell needs them. */
static void put_path(struct textbuf *out, const char *path)
{
	static const char safe[] =
	        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-=@%:,";
	bool is_safe = path[strspn(path, safe)] == 0;
	textbuf_put_text(out, is_safe ? "" : "'");
	for (; *path; path++)
		if (*path == '\'')
			textbuf_put_text(out, "'\\''");
		else
			textbuf_put_char(out, *path >= ' ' && *path <= '~' ? *path : '?');
	textbuf_put_text(out, is_safe ? "" : "'");
}

bool foreign_tell(struct textbuf *why, struct csv_field begin, const char *path, bool is_gzip)
{
	const struct kind *kind = kind_of(begin);
	if (!kind)
		return false;
	bool is_pipe = !strcmp(path, "-");
	textbuf_printf(why, "it is %s, and only plain text and gzip are read", kind->what);
	if (!kind->command)
		return true;
	textbuf_put_text(why, "; type: ");
	const char *in_pipe = kind->in_pipe ? kind->in_pipe : kind->command;
	if (is_gzip && !is_pipe) {
		textbuf_put_text(why, "gzip -dc ");
		put_path(why, path);
		textbuf_printf(why, " | %s", in_pipe);
	} else if (is_pipe) {
		textbuf_printf(why, "... | %s%s", is_gzip ? "gzip -dc | " : "", in_pipe);
	} else {
		textbuf_printf(why, "%s ", kind->command);
		put_path(why, path);
	}
	textbuf_put_text(why, " | spfsweep scan -");
	return true;
}
