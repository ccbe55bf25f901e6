/* foreign.c - magic numbers, and the commands that make text of such files. */
#include "input/foreign.h"

#include <string.h>

struct kind {
	const char *magic;
	size_t size, at;
	const char *what;
	/* Makes text of a file; behind it stands the file's name, or nothing in a pipe. NULL: no
	 * command does that in a pipe, and `help` or `put_help` says what to do. */
	const char *command, *in_pipe, *help;
	void (*put_help)(struct textbuf *why, const struct typed_file *file);
};
#define MAGIC(text) text, sizeof(text) - 1

enum { ZIP_NAME_AT = 30 };
static const char save_as[] = "save it as CSV (comma-separated values, UTF-8) first";
static const char web_page[] = "was the list behind a log-in, or has it another address?";

/* "extract --log=auto" */
static bool reads_logs(const struct typed_file *file)
{
	return file->command && strstr(file->command, "--log") != NULL;
}

static void put_journal(struct textbuf *why, const struct typed_file *file)
{
	textbuf_printf(why, "type: journalctl --file FILE | spfsweep %s -",
	        reads_logs(file) ? file->command : "scan --log=auto");
}

static void put_sqlite(struct textbuf *why, const struct typed_file *file)
{
	const char *command = file->command ? file->command : "scan";
	if (reads_logs(file))
		textbuf_printf(
		        why, "type: sqlite3 FILE 'SELECT line FROM ...' | spfsweep %s -", command);
	else
		textbuf_printf(why,
		        "type: sqlite3 -csv FILE 'SELECT %s FROM ...' | spfsweep %s --no-header -",
		        strcmp(command, "audit") != 0 ? "domain, ip" : "domain", command);
}

static const struct kind kinds[] = {
	{ MAGIC("\xfd"
	        "7zXZ"),
	        0, "compressed with xz", "xz -dc", NULL },
	{ MAGIC("\x28\xb5\x2f\xfd"), 0, "compressed with zstd", "zstd -dc", NULL },
	{ MAGIC("BZh"), 0, "compressed with bzip2", "bzip2 -dc", NULL },
	{ MAGIC("\x04\x22\x4d\x18"), 0, "compressed with lz4", "lz4 -dc", NULL },
	{ MAGIC("LZIP"), 0, "compressed with lzip", "lzip -dc", NULL },
	{ MAGIC("\x1f\x9d"), 0, "compressed with compress", "gzip -dc", NULL },
	{ MAGIC("\x1f\x8b"), 0, "compressed with gzip twice", "gzip -dc", NULL },
	/* spreadsheets: zip archives whose first file has this name */
	{ MAGIC("[Content_Types].xml"), ZIP_NAME_AT, "an Excel or Word file", "xlsx2csv",
	        "xlsx2csv -" },
	{ MAGIC("_rels/.rels"), ZIP_NAME_AT, "an Excel or Word file", "xlsx2csv", "xlsx2csv -" },
	{ MAGIC("docProps/"), ZIP_NAME_AT, "an Excel or Word file", "xlsx2csv", "xlsx2csv -" },
	{ MAGIC("xl/"), ZIP_NAME_AT, "an Excel file", "xlsx2csv", "xlsx2csv -" },
	{ MAGIC("mimetypeapplication/vnd.oasis"), ZIP_NAME_AT, "an OpenDocument file", NULL, NULL,
	        save_as },
	{ MAGIC("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), 0, "an Excel or Office file of the old form",
	        "in2csv -f xls", NULL },
	{ MAGIC("PK\x03\x04"), 0, "a zip archive", "unzip -p", "funzip" },
	{ MAGIC("7z\xbc\xaf\x27\x1c"), 0, "a 7z archive", "7z x -so", NULL },
	{ MAGIC("ustar"), 257, "a tar archive", "tar -xOf", "tar -xO" },
	{ MAGIC("PAR1"), 0, "Parquet", "parquet-tools csv", NULL },
	{ MAGIC("\xff\xfe\0\0"), 0, "UTF-32", "iconv -f UTF-32 -t UTF-8", NULL },
	{ MAGIC("\0\0\xfe\xff"), 0, "UTF-32", "iconv -f UTF-32 -t UTF-8", NULL },
	{ MAGIC("\xff\xfe"), 0, "UTF-16", "iconv -f UTF-16 -t UTF-8", NULL },
	{ MAGIC("\xfe\xff"), 0, "UTF-16", "iconv -f UTF-16 -t UTF-8", NULL },
	{ MAGIC("LPKSHHRH"), 0, "a file of the journal", .put_help = put_journal },
	{ MAGIC("ARROW1"), 0, "an Arrow file", NULL, NULL, save_as },
	{ MAGIC("Obj\x01"), 0, "an Avro file", "avro cat --format csv", "avro cat --format csv -" },
	{ MAGIC("SQLite format 3"), 0, "an SQLite database", .put_help = put_sqlite },
	{ MAGIC("%PDF-"), 0, "a PDF file", NULL, NULL,
	        "make CSV of the table in it, with the columns domain and ip" },
	{ MAGIC("<!DOCTYPE"), 0, "a web page", NULL, NULL, web_page },
	{ MAGIC("<!doctype"), 0, "a web page", NULL, NULL, web_page },
	{ MAGIC("<html"), 0, "a web page", NULL, NULL, web_page },
	{ MAGIC("<?xml"), 0, "XML", NULL, NULL, save_as },
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static const struct kind utf16_le = { .what = "UTF-16 without a byte order mark",
	.command = "iconv -f UTF-16LE -t UTF-8" };
static const struct kind utf16_be = { .what = "UTF-16 without a byte order mark",
	.command = "iconv -f UTF-16BE -t UTF-8" };
static const struct kind binary = { .what = "no text: it has octets of value 0",
	.help = "make CSV of it first, with the columns domain and ip" };

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
	if (kind->at == ZIP_NAME_AT)
		return !memcmp(begin.text, "PK\x03\x04", 4);
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

bool foreign_tell(struct textbuf *why, struct csv_field begin, const struct typed_file *file)
{
	const struct kind *kind = kind_of(begin);
	if (!kind)
		return false;
	textbuf_printf(why, "it is %s, and only plain text and gzip are read; ", kind->what);
	if (kind->command)
		typed_put_pipe(why, file, kind->command,
		        kind->in_pipe ? kind->in_pipe : kind->command, NULL);
	else if (kind->put_help)
		kind->put_help(why, file);
	else
		textbuf_put_text(why, kind->help);
	return true;
}
