/* option_table.c - the options, as one table. */
#include "cli/option_table.h"

#include "base/message.h"
#include "checks/checks.h"
#include "resolver/exclusions.h"
#include "results/columns.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AT(member) offsetof(struct options, member)
#define NUM(min, max, preset) min, max, preset

static const struct option_row rows[] = {
	/* clang-format off */
	{ "output", 'o', GROUP_OUTPUT, KIND_TEXT, AT(output), DECIDES_RUN, NULL,
	  NUM(0, 0, 0), NULL, "FILE", "where the results go; '-' (default) is standard output, *.gz is block gzip" },
	{ "columns", 0, GROUP_SCAN, KIND_TEXT, AT(columns), DECIDES_INPUT, "columns",
	  NUM(0, 0, 0), NULL, "LIST", "domain=NAME,ip=NAME: names of the header row; domain,ip,...: a file without one" },
	{ "delimiter", 0, GROUP_SCAN, KIND_TEXT, AT(delimiter), DECIDES_INPUT, "delimiter",
	  NUM(0, 0, 0), "auto", "CHAR", "what separates the input's columns: auto (default), ',', ';', tab, '|'" },
	{ "no-header", 0, GROUP_SCAN, KIND_FLAG, AT(no_header), DECIDES_INPUT, "no_header",
	  NUM(0, 0, 0), NULL, NULL, "the first row is data: domain, ip and others" },
	{ "no-memo", 0, GROUP_SCAN, KIND_FLAG, AT(no_memo), DECIDES_RUN, "!memo",
	  NUM(0, 0, 0), NULL, NULL, "judge each row anew, also one that repeats an earlier row" },
	{ "sample", 0, GROUP_ROWS, KIND_SHARE, AT(sample), DECIDES_ROWS, "sample",
	  NUM(1, OPTIONS_SAMPLE_ALL, OPTIONS_SAMPLE_ALL), NULL, "RATE",
	  "only a sample of the rows, as 1% or 0.01, chosen by domain: the same each time" },
	{ "seed", 0, GROUP_ROWS, KIND_NUMBER, AT(seed), DECIDES_ROWS, "seed",
	  NUM(0, 1000000000, 0), NULL, "SEED", "another sample for each number (default 0)" },
	{ "shard", 0, GROUP_SCAN, KIND_SHARD, AT(shard), DECIDES_ROWS, "shard",
	  NUM(0, 0, 0), NULL, "K/N", "only the rows of part K, from 0, of N by the hash of their domain; merge joins them" },
	{ "log", 0, GROUP_LOG, KIND_TEXT, AT(log), DECIDES_INPUT, "log",
	  NUM(0, 0, 0), NULL, "FORMAT", "the input is mail logs: auto, postfix, exim, policyd-spf, rspamd, mbox" },
	{ "year", 0, GROUP_LOG, KIND_NUMBER, AT(year), DECIDES_INPUT, NULL,
	  NUM(1970, 9999, 0), NULL, "YEAR", "of the first line, where lines have none (default: by the file's time)" },
	{ "since", 0, GROUP_LOG, KIND_TEXT, AT(since), DECIDES_INPUT, "since",
	  NUM(0, 0, 0), NULL, "TIME", "only what was logged from then on: 2026-11-28, or 2026-11-28T16:00:00Z" },
	{ "until", 0, GROUP_LOG, KIND_TEXT, AT(until), DECIDES_INPUT, "until",
	  NUM(0, 0, 0), NULL, "TIME", "only what was logged before then" },
	{ "connects", 0, GROUP_LOG, KIND_FLAG, AT(connects), DECIDES_INPUT, "connects",
	  NUM(0, 0, 0), NULL, NULL, "a row also for clients that only connected (Postfix)" },
	{ "trusted", 0, GROUP_LOG, KIND_TEXT, AT(trusted), DECIDES_INPUT, "trusted",
	  NUM(0, 0, 0), NULL, "NETS", "networks of own relays, with commas: in headers the hop before them counts" },
	{ "send-local-parts", 0, GROUP_SENT, KIND_FLAG, AT(send_local_parts), DECIDES_ROWS, "send_local_parts",
	  NUM(0, 0, 0), NULL, NULL, "expand %{l} and %{s} with senders of mail logs: strangers' servers see who wrote" },
	{ "unique", 0, GROUP_EXTRACT, KIND_FLAG, AT(unique), DECIDES_INPUT, NULL,
	  NUM(0, 0, 0), NULL, NULL, "one row for each address, sender's domain and HELO, with how many there were" },
	{ "hash-local-part", 0, GROUP_EXTRACT, KIND_TEXT, AT(hash_key), DECIDES_INPUT, NULL,
	  NUM(0, 0, 0), NULL, "KEYFILE", "a hash with the key in this file in place of senders' local-parts" },
	{ "by", 0, GROUP_REPORT, KIND_TEXT, AT(by), DECIDES_RUN, NULL,
	  NUM(0, 0, 0), NULL, "WORD", "domain (default), client, network, helo, problem, provider",
	  0, "domain client network helo problem provider" },
	{ "format", 0, GROUP_REPORT, KIND_TEXT, AT(format), DECIDES_RUN, NULL,
	  NUM(0, 0, 0), NULL, "FORM", "text (default), csv, json",
	  0, "text csv json" },
	{ "format", 0, GROUP_EXPORT, KIND_TEXT, AT(format), DECIDES_RUN, NULL,
	  NUM(0, 0, 0), NULL, "FORM", "jsonl, csv, tsv (default: as the output's name says, else jsonl)",
	  0, "jsonl csv tsv" },
	{ "format", 0, GROUP_SCHEMA, KIND_TEXT, AT(format), DECIDES_RUN, NULL,
	  NUM(0, 0, 0), NULL, "TOOL", "json (default), duckdb, pandas, polars, spark, postgres, r",
	  0, "json duckdb pandas polars spark postgres r" },
	{ "of", 0, GROUP_SCHEMA, KIND_TEXT, AT(of), DECIDES_RUN, NULL,
	  NUM(0, 0, 0), NULL, "WORD", "without a file, the columns of: scan (default), audit, includes, networks",
	  0, "scan audit includes networks" },
	{ "fields", 0, GROUP_FIELDS, KIND_TEXT, AT(fields), DECIDES_RUN, NULL,
	  NUM(0, 0, 0), NULL, "LIST", "only these columns, in this order: domain,spf,mx" },
	{ "top", 0, GROUP_REPORT, KIND_NUMBER, AT(top), DECIDES_RUN, NULL,
	  NUM(0, 100000000, OPTIONS_UNSET), NULL, "N", "so many groups, the largest first; 0: all (default: 25 of text)" },
	{ "where", 0, GROUP_REPORT | GROUP_WHERE, KIND_TEXT, AT(where), DECIDES_RUN, NULL,
	  NUM(0, 0, 0), NULL, "CONDITIONS", "only rows with these values: spf=fail, or spf=fail,iprev!=pass" },
	{ "html", 0, GROUP_REPORT, KIND_TEXT, AT(html), DECIDES_RUN, NULL,
	  NUM(0, 0, 0), NULL, "FILE", "in place of a table a page with charts, which needs no network; '-' is standard output" },
	{ "figures", 0, GROUP_REPORT, KIND_TEXT, AT(figures), DECIDES_RUN, NULL,
	  NUM(0, 0, 0), NULL, "FOLDER", "the same charts as SVG, each with its numbers as CSV" },
	{ "memory", 0, GROUP_MEMORY, KIND_NUMBER, AT(memory_mib), DECIDES_RUN, NULL,
	  NUM(1, 1u << 20, 256), NULL, "MIB", "memory for groups (default 256)" },
	{ "checks", 0, GROUP_RESOLVER, KIND_CHECKS, AT(checks), DECIDES_ROWS, "checks",
	  NUM(0, 0, CHECK_ALL), NULL, "LIST", "what to check, of spf,iprev,mx,a (default: all)" },
	{ "ask", 0, GROUP_RESOLVER, KIND_ASK, AT(asks), DECIDES_ROWS, "ask",
	  NUM(0, 0, 0), NULL, "TYPE:TEMPLATE", "one question and column more, as TXT:_dmarc.{domain} or NAME=NS:{domain}" },
	{ "upstream", 0, GROUP_RESOLVER, KIND_UPSTREAM, AT(upstreams), DECIDES_ASKING, "upstreams",
	  NUM(0, 0, 0), NULL, "ADDR[:PORT]", "ask this resolver instead of recursing from the root; repeatable",
	  ENGINE_UPSTREAMS },
	{ "upstreams", 0, GROUP_RESOLVER, KIND_UPSTREAMS, AT(upstreams), DECIDES_ASKING, NULL,
	  NUM(0, 0, 0), NULL, "FILE", "ask the resolvers in this file, one ADDR[:PORT] or ADDR#PORT a line; '#' begins a comment",
	  ENGINE_UPSTREAMS },
	{ "unbound-config", 0, GROUP_RESOLVER, KIND_TEXT, AT(unbound_config), DECIDES_ASKING, "unbound_config",
	  NUM(0, 0, 0), NULL, "FILE", "an unbound.conf for the built-in resolver (zones, stubs, forwards, anchors)" },
	{ "exclude", 0, GROUP_RESOLVER, KIND_EXCLUDE, AT(exclusions), DECIDES_ROWS, "exclude",
	  NUM(0, 0, 0), NULL, "FILE", "never ask about the names and networks in this file, one a line; '#' begins a comment" },
	{ "workers", 0, GROUP_ROWS, KIND_NUMBER, AT(workers), DECIDES_RUN, "workers",
	  NUM(1, OPTIONS_WORKERS_MAX, 0), NULL, "N", "worker threads (default: one for each processor)" },
	{ "in-flight", 0, GROUP_RESOLVER, KIND_NUMBER, AT(in_flight), DECIDES_RUN, "in_flight",
	  NUM(1, 60000, 0), NULL, "N", "questions in flight for each worker, at most (default 1000; 20000 with --upstream)" },
	{ "window", 0, GROUP_ROWS, KIND_NUMBER, AT(window_rows), DECIDES_RUN, "window",
	  NUM(64, 1u << 26, 524288), NULL, "ROWS",
	  "rows between reading and writing, at most (default 524288); a silent name holds them up" },
	{ "shuffle-window", 0, GROUP_ROWS, KIND_NUMBER, AT(shuffle_rows), DECIDES_RUN, "shuffle_window",
	  NUM(0, 1u << 20, 0), NULL, "ROWS",
	  "begin the rows of so many in another order, so that neighbours are not asked together" },
	{ "timeout", 0, GROUP_RESOLVER, KIND_NUMBER, AT(timeout_ms), DECIDES_ASKING, "timeout_ms",
	  NUM(50, 600000, 2000), NULL, "MS", "patience for one try with one server (default 2000)" },
	{ "retries", 0, GROUP_RESOLVER, KIND_NUMBER, AT(retries), DECIDES_ASKING, "retries",
	  NUM(0, 20, 3), NULL, "N", "tries after the first (default 3)" },
	{ "deadline", 0, GROUP_RESOLVER, KIND_NUMBER, AT(deadline_ms), DECIDES_ASKING, "deadline_ms",
	  NUM(100, 3600000, 60000), NULL, "MS", "time for one row, after which what is missing is temperror (default 60000)" },
	{ "qps", 0, GROUP_RESOLVER, KIND_NUMBER, AT(queries_per_s), DECIDES_ASKING, "qps",
	  NUM(0, 100000000, OPTIONS_UNSET), NULL, "N",
	  "questions per second, in all (default: 2000 where strangers' servers are asked, else 0: no limit)" },
	{ "qps-per-zone", 0, GROUP_RESOLVER, KIND_NUMBER, AT(queries_per_s_per_zone), DECIDES_ASKING, "qps_per_zone",
	  NUM(0, 100000000, OPTIONS_UNSET), NULL, "N",
	  "questions per second to the servers of one zone, by recursion (default: 200, as --qps)" },
	{ "qps-per-upstream", 0, GROUP_RESOLVER, KIND_NUMBER, AT(queries_per_s_per_upstream), DECIDES_ASKING, "qps_per_upstream",
	  NUM(0, 100000000, 0), NULL, "N", "questions per second to each upstream (default 0: no limit)" },
	{ "0x20", 0, GROUP_RESOLVER, KIND_FLAG, AT(mix_case), DECIDES_ASKING, "mix_case",
	  NUM(0, 0, 0), NULL, NULL, "ask upstreams in random letter case, which answers must repeat: harder to forge" },
	{ "cache", 0, GROUP_RESOLVER, KIND_NUMBER, AT(cache_mib), DECIDES_RUN, "cache_mib",
	  NUM(1, 1u << 20, 256), NULL, "MIB", "memory for cached answers, in all (default 256)" },
	{ "min-ttl", 0, GROUP_RESOLVER, KIND_NUMBER, AT(min_ttl_s), DECIDES_ASKING, "min_ttl_s",
	  NUM(0, 86400, 0), NULL, "S", "keep answers in the cache for at least so many seconds (default 0: as they say)" },
	{ "allow-rewriting", 0, GROUP_ROWS, KIND_FLAG, AT(allow_rewriting), DECIDES_ASKING, "allow_rewriting",
	  NUM(0, 0, 0), NULL, NULL, "ask upstreams that have addresses for names that do not exist, too" },
	{ "dnssec", 0, GROUP_RESOLVER, KIND_FLAG, AT(dnssec), DECIDES_ROWS, "dnssec",
	  NUM(0, 0, 0), NULL, NULL, "validate DNSSEC; bogus answers are temperror",
	  ENGINE_DNSSEC },
	{ "trust-anchor", 0, GROUP_RESOLVER, KIND_TEXT, AT(trust_anchor), DECIDES_ASKING, "trust_anchor",
	  NUM(0, 0, 0), NULL, "FILE", "trust anchors for --dnssec (default: Debian's root anchor)" },
	{ "no-exp", 0, GROUP_RESOLVER, KIND_FLAG, AT(no_exp), DECIDES_ROWS, "!explanations",
	  NUM(0, 0, 0), NULL, NULL, "do not fetch SPF explanations" },
	{ "record", 0, GROUP_RESOLVER, KIND_TEXT, AT(record), DECIDES_RUN, "record",
	  NUM(0, 0, 0), NULL, "FILE", "keep each answer beside the results: text, in block gzip; --replay reads it" },
	{ "replay", 0, GROUP_RESOLVER, KIND_TEXT, AT(replay), DECIDES_ASKING, "replay",
	  NUM(0, 0, 0), NULL, "FILE", "answer from what --record kept, and ask nobody",
	  ENGINE_REPLAY },
	{ "void-limit", 0, GROUP_RESOLVER, KIND_LIMIT, AT(void_limit), DECIDES_ROWS, "void_limit",
	  NUM(0, 1000, 2), NULL, "N", "void look-ups that an SPF check may spend, or none for no limit (default 2)" },
	{ "receiver", 0, GROUP_RESOLVER, KIND_TEXT, AT(receiver), DECIDES_ROWS, "receiver",
	  NUM(0, 0, 0), "unknown", "NAME", "what the SPF macro %{r} stands for (default: unknown)" },
	{ "mx-ptr", 0, GROUP_AUDIT, KIND_FLAG, AT(mx_ptr), DECIDES_ROWS, "mx_ptr",
	  NUM(0, 0, 0), NULL, NULL, "look up the reverse name of each mail host's address, and whether it leads back" },
	{ "includes", 0, GROUP_EDGES, KIND_TEXT, AT(includes), DECIDES_RUN, "includes",
	  NUM(0, 0, 0), NULL, "FILE", "a row for each include and redirect of each policy: who trusts whom; block gzip" },
	{ "networks", 0, GROUP_EDGES, KIND_TEXT, AT(networks), DECIDES_RUN, "networks",
	  NUM(0, 0, 0), NULL, "FILE", "a row for each network of each policy, with its result: the flattened policy; block gzip" },
	{ "helo", 0, GROUP_CHECK, KIND_TEXT, AT(helo), DECIDES_RUN, NULL,
	  NUM(0, 0, 0), NULL, "NAME", "the name given with HELO or EHLO" },
	{ "json", 0, GROUP_CHECK, KIND_FLAG, AT(json), DECIDES_RUN, NULL,
	  NUM(0, 0, 0), NULL, NULL, "print one JSON object: the columns of a scan, and the steps" },
	{ "level", 0, GROUP_OUTPUT, KIND_NUMBER, AT(compression_level), DECIDES_RUN, NULL,
	  NUM(0, 12, 0), NULL, "N", "compression level of *.gz output: 0 (default), the fastest, to 12, the smallest" },
	{ "summary", 0, GROUP_ROWS | GROUP_MERGE, KIND_TEXT, AT(summary), DECIDES_RUN, NULL,
	  NUM(0, 0, 0), NULL, "FILE", "write the summary as JSON, too" },
	{ "progress", 0, GROUP_ROWS, KIND_PROGRESS, AT(progress), DECIDES_RUN, NULL,
	  NUM(0, 0, PROGRESS_AUTO), NULL, "WHEN",
	  "auto (default: a live line on a terminal, else a line every 10 s), always, never" },
	{ "quiet", 'q', GROUP_OUTPUT, KIND_FLAG, AT(quiet), DECIDES_RUN, NULL,
	  NUM(0, 0, 0), NULL, NULL, "no messages but errors: no summary, no progress, no warnings" },
	{ "resume", 0, GROUP_ROWS, KIND_FLAG, AT(resume), DECIDES_RUN, NULL,
	  NUM(0, 0, 0), NULL, NULL, "go on with an output that was not finished; --output must name a *.gz file" },
	{ "overwrite", 0, GROUP_OUTPUT, KIND_FLAG, AT(overwrite), DECIDES_RUN, NULL,
	  NUM(0, 0, 0), NULL, NULL, "begin anew where an output that is not empty stands already" },
	{ "max-temperror", 0, GROUP_ROWS, KIND_NUMBER, AT(max_temperror_percent), DECIDES_RUN, "max_temperror_percent",
	  NUM(0, 100, 100), NULL, "PERCENT", "status 3 when more of the rows have a failed look-up (default 100: never)" },
	{ "sweep", 0, GROUP_SCAN, KIND_NUMBER, AT(sweep_s), DECIDES_RUN, "sweep_s",
	  NUM(0, 86400, 0), NULL, "S", "at the end wait so many seconds, and ask once more for rows with a failed look-up" },
	{ "bad-input", 0, GROUP_ROWS, KIND_BAD_INPUT, AT(bad_input_is_ok), DECIDES_RUN, "bad_input_ok",
	  NUM(0, 0, 0), NULL, "WORD", "report (default): status 1 when rows are bad input; ok: 0" },
	{ "sync-interval", 0, GROUP_ROWS, KIND_NUMBER, AT(sync_interval_s), DECIDES_RUN, "sync_interval_s",
	  NUM(0, 86400, 10), NULL, "S", "bring the output to the disk every so many seconds (default 10; 0: only at the end)" },
	{ "csv-safe", 0, GROUP_ROWS, KIND_FLAG, AT(csv_safe), DECIDES_ROWS, "csv_safe",
	  NUM(0, 0, 0), NULL, NULL, "put a ' before fields that a spreadsheet may take for formulas" },
	{ "older-than", 0, GROUP_RETRY, KIND_AGE, AT(older_than_s), DECIDES_RUN, "older_than_s",
	  NUM(0, UINT_MAX - 2, OPTIONS_NO_LIMIT), NULL, "AGE", "rows older than that, too, as 7d or 36h" },
	{ "append", 0, GROUP_MERGE, KIND_FLAG, AT(append), DECIDES_RUN, NULL,
	  NUM(0, 0, 0), NULL, NULL, "whole outputs of different inputs, one behind the other, with new numbers" },
	{ "help", 'h', GROUP_EVERY, KIND_HELP, 0, DECIDES_RUN, NULL,
	  NUM(0, 0, 0), NULL, NULL, "this text" },
	/* clang-format on */
};
enum { ROW_COUNT = sizeof rows / sizeof rows[0] };
_Static_assert((int)ROW_COUNT <= (int)OPTIONS_MAX, "command_line.h has so many flags");

const struct option_row *option_at(unsigned i)
{
	return i < ROW_COUNT ? &rows[i] : NULL;
}

const struct option_row *option_find(const char *name, size_t size, char letter, unsigned groups)
{
	for (unsigned i = 0; i < ROW_COUNT; i++) {
		const struct option_row *row = &rows[i];
		if (!(row->group & groups))
			continue;
		if (letter ? row->letter == letter
		           : strlen(row->name) == size && !memcmp(row->name, name, size))
			return row;
	}
	return NULL;
}

static void *member_of(struct options *options, const struct option_row *row)
{
	return (char *)options + row->offset;
}

void options_set_defaults(struct options *options)
{
	*options = (struct options){ .output = "-" };
	for (unsigned i = 0; i < ROW_COUNT; i++)
		if (rows[i].kind == KIND_NUMBER || rows[i].kind == KIND_LIMIT ||
		        rows[i].kind == KIND_CHECKS || rows[i].kind == KIND_AGE ||
		        rows[i].kind == KIND_SHARE)
			*(unsigned *)member_of(options, &rows[i]) = rows[i].preset;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	options->workers = processors < 1          ? 1
	        : processors > OPTIONS_WORKERS_MAX ? OPTIONS_WORKERS_MAX
	                                           : (unsigned)processors;
}

/* What may stand behind a number, by the argument of its option; as many of its own as one is
 * worth. */
struct unit {
	const char *argument, *text;
	unsigned worth;
};
static const struct unit units[] = {
	{ "MS", "ms", 1 },
	{ "MS", "s", 1000 },
	{ "MS", "m", 60000 },
	{ "MS", "h", 3600000 },
	{ "S", "s", 1 },
	{ "S", "m", 60 },
	{ "S", "h", 3600 },
	{ "AGE", "s", 1 },
	{ "AGE", "m", 60 },
	{ "AGE", "h", 3600 },
	{ "AGE", "d", 86400 },
	{ "AGE", "w", 604800 },
	{ "N", "k", 1000 },
	{ "N", "M", 1000000 },
	{ "ROWS", "k", 1000 },
	{ "ROWS", "M", 1000000 },
};
enum { UNIT_COUNT = sizeof units / sizeof units[0] };

/* 0: there is no such unit. */
static unsigned unit_worth(const struct option_row *row, const char *text)
{
	if (!*text)
		return 1;
	for (unsigned i = 0; i < UNIT_COUNT; i++)
		if (!strcmp(units[i].argument, row->argument) && !strcmp(units[i].text, text))
			return units[i].worth;
	return 0;
}

/* " (or with k, M)"; "" where none fits. */
static const char *units_of(const struct option_row *row, char *names, size_t size)
{
	size_t used = 0;
	names[0] = 0;
	for (unsigned i = 0; i < UNIT_COUNT && used < size; i++)
		if (!strcmp(units[i].argument, row->argument) && units[i].worth < row->max)
			used += (size_t)snprintf(names + used, size - used, "%s%s",
			        used ? ", " : " (or with ", units[i].text);
	if (used && used < size)
		snprintf(names + used, size - used, ")");
	return names;
}

static bool set_number(unsigned *value, const struct option_row *row, const char *text)
{
	char *end, names[64];
	errno = 0;
	unsigned long number = strtoul(text, &end, 10);
	unsigned worth = unit_worth(row, end);
	if (errno || !isdigit((unsigned char)text[0]) || !worth || number > row->max / worth ||
	        number * worth < row->min) {
		message(MESSAGE_ERROR, "--%s takes a whole number from %u to %u%s%s, not '%s'",
		        row->name, row->min, row->max, row->kind == KIND_LIMIT ? " or none" : "",
		        units_of(row, names, sizeof names), text);
		return false;
	}
	number *= worth;
	*value = (unsigned)number;
	return true;
}

/* "1%", "0.01": up to six digits behind the point of a share, four of percent. */
static bool set_share(unsigned *value, const struct option_row *row, const char *text)
{
	char *end;
	double share = isdigit((unsigned char)text[0]) ? strtod(text, &end) : -1;
	if (share >= 0 && !strcmp(end, "%"))
		share /= 100;
	else if (share >= 0 && *end)
		share = -1;
	const double millionths = share * OPTIONS_SAMPLE_ALL + 0.5;
	if (millionths >= 1 && share <= 1) {
		*value = (unsigned)millionths;
		return true;
	}
	message(MESSAGE_ERROR, "--%s takes a share over 0 and up to 1, as 0.01 or 1%%, not '%s'",
	        row->name, text);
	return false;
}

static bool set_text(const char **member, const struct option_row *row, const char *text)
{
	*member = text;
	if (*text)
		return true;
	message(MESSAGE_ERROR, "--%s takes %s, not an empty text", row->name, row->argument);
	return false;
}

static bool set_progress(enum progress_mode *mode, const char *text)
{
	static const char *const words[] = { "auto", "always", "never" };
	for (unsigned i = 0; i < 3; i++)
		if (!strcmp(words[i], text)) {
			*mode = (enum progress_mode)i;
			return true;
		}
	message(MESSAGE_ERROR, "--progress takes auto, always or never, not '%s'", text);
	return false;
}

static bool set_bad_input(bool *is_ok, const char *text)
{
	*is_ok = !strcmp(text, "ok");
	if (*is_ok || !strcmp(text, "report"))
		return true;
	message(MESSAGE_ERROR, "--bad-input takes report or ok, not '%s'", text);
	return false;
}

static bool set_shard(struct shard *shard, const char *text)
{
	if (shard_parse(shard, text, strlen(text)))
		return true;
	message(MESSAGE_ERROR,
	        "--shard takes K/N, as 0/8 to 7/8, with N up to %u and K below N, not '%s'",
	        (unsigned)SHARDS_MAX, text);
	return false;
}

static bool add_ask(struct asks *asks, const char *text)
{
	char why[ASK_WHY_BYTES];
	if (!asks_add(asks, text, strlen(text), why)) {
		message(MESSAGE_ERROR, "--ask %s: %s", text, why);
		return false;
	}
	const char *name = asks->list[asks->n - 1].name;
	if (!columns_have_name(name))
		return true;
	message(MESSAGE_ERROR, "--ask %s: there is a column %s already: choose another NAME", text,
	        name);
	return false;
}

static bool set_exclude(struct options *options, const char *path)
{
	options->exclude = path;
	options->exclusions = exclusions_read(path);
	return options->exclusions != NULL;
}

bool option_set(struct options *options, const struct option_row *row, const char *value)
{
	options->wishes |= row->wish;
	void *member = member_of(options, row);
	switch (row->kind) {
	case KIND_HELP:
		return true;
	case KIND_FLAG:
		*(bool *)member = true;
		return true;
	case KIND_TEXT:
		return set_text(member, row, value);
	case KIND_NUMBER:
	case KIND_AGE:
		return set_number(member, row, value);
	case KIND_SHARE:
		return set_share(member, row, value);
	case KIND_LIMIT:
		if (strcmp(value, "none") != 0)
			return set_number(member, row, value);
		*(unsigned *)member = OPTIONS_NO_LIMIT;
		return true;
	case KIND_ASK:
		return add_ask(member, value);
	case KIND_UPSTREAM:
		return upstreams_add(member, value);
	case KIND_UPSTREAMS:
		return upstreams_read(member, value);
	case KIND_EXCLUDE:
		return set_exclude(options, value);
	case KIND_PROGRESS:
		return set_progress(member, value);
	case KIND_BAD_INPUT:
		return set_bad_input(member, value);
	case KIND_SHARD:
		return set_shard(member, value);
	case KIND_CHECKS:
		if (checks_parse(member, value))
			return true;
		message(MESSAGE_ERROR, "--checks takes a list of spf,iprev,mx,a, not '%s'", value);
		return false;
	}
	return false;
}
