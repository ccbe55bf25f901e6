/* cmd_check.c - `spfsweep check`: one row by the code of a scan; its steps are printed. */
#include "cli/commands.h"

#include "base/clock.h"
#include "base/exit_status.h"
#include "base/json.h"
#include "base/loop.h"
#include "base/message.h"
#include "checks/checks.h"
#include "results/causes.h"
#include "results/columns.h"
#include "results/problems.h"
#include "results/sidefile.h"
#include "cli/casefile.h"
#include "cli/treeview.h"
#include "scanner/headroom.h"
#include "scanner/recording.h"
#include "scanner/replaying.h"
#include "scanner/runner.h"
#include "scanner/worker_resolver.h"
#include "spf/record.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct trace {
	struct spf_observer observer; /* first */
	struct textbuf text;
	const struct row *row;
	bool was_helo;
};

static void put_question(struct textbuf *out, const struct answer *a)
{
	struct dname name;
	char type[RRTYPE_TEXT_BYTES];
	answer_qname(a, &name);
	textbuf_printf(out, "%s ", rrtype_print(type, (enum rrtype)a->type));
	dname_print(out, &name);
	textbuf_printf(out, ": %s", answer_status_text((enum answer_status)a->status));
	if (*answer_cause(a))
		textbuf_printf(out, " (%s)", answer_cause(a));
}

static void put_answer(struct textbuf *out, const struct answer *a)
{
	struct dname name;
	put_question(out, a);
	for (unsigned i = 0; i < a->n_records; i++) {
		textbuf_put_text(out, i ? ", " : " = ");
		if (a->type == RRTYPE_A || a->type == RRTYPE_AAAA) {
			struct ipaddr ip = answer_address(a, i);
			ipaddr_print(out, &ip);
			continue;
		}
		if (a->type == RRTYPE_TXT) {
			textbuf_put_char(out, '"');
			textbuf_put_escaped(out, answer_rdata(a, i), a->records[i].rdata_size);
			textbuf_put_char(out, '"');
			continue;
		}
		answer_target(a, i, &name);
		if (a->type == RRTYPE_MX)
			textbuf_printf(out, "%u ", a->records[i].preference);
		dname_print(out, &name);
	}
}

/* A line with a caret below the octet where a record, printed at column `indent`, is wrong. */
static void put_syntax_error(struct textbuf *out, size_t indent, const char *text, size_t size)
{
	struct spf_record *record = size ? spf_record_compile(text, size) : NULL;
	if (record && record->outcome == SPF_PERMERROR) {
		size_t before = out->size;
		textbuf_put_escaped(out, text, record->error_at);
		indent += out->size - before;
		out->size = before;
		textbuf_printf(
		        out, "\n%*s^ %s", (int)indent, "", spf_problem_text(record->problem));
	}
	out->failed |= size && !record;
	spf_record_free(record);
}

static void put_event(struct textbuf *out, const struct spf_event *e)
{
	size_t begin = out->size;
	textbuf_printf(out, "%*s", 2 + 4 * (int)e->depth, "");
	switch (e->kind) {
	case SPF_EVENT_RECORD:
		textbuf_put_text(out, "record of ");
		dname_print(out, e->domain);
		textbuf_put_text(out, e->text_size ? ": " : ": none");
		size_t indent = out->size - begin;
		textbuf_put_escaped(out, e->text, e->text_size);
		put_syntax_error(out, indent, e->text, e->text_size);
		break;
	case SPF_EVENT_TERM:
		textbuf_put_text(out, "try ");
		textbuf_put_escaped(out, e->text, e->text_size);
		if (e->target && e->target->size) {
			textbuf_put_text(out, "  -> ");
			dname_print(out, e->target);
		}
		break;
	case SPF_EVENT_LOOKUP:
		textbuf_put_text(out, "  look up ");
		put_answer(out, e->answer);
		textbuf_printf(out, "  [%u terms, %u void]", e->lookups, e->void_lookups);
		break;
	case SPF_EVENT_MATCH:
		textbuf_put_text(out, "  match");
		break;
	case SPF_EVENT_NO_MATCH:
		textbuf_put_text(out, "  no match");
		break;
	case SPF_EVENT_RETURN:
		textbuf_printf(out, "returns %s", spf_verdict_text(e->verdict));
		break;
	}
	textbuf_put_char(out, '\n');
}

static void on_event(struct spf_observer *observer, const struct spf_event *event)
{
	struct trace *trace = (struct trace *)observer;
	if (trace->was_helo && !trace->row->checking_helo)
		textbuf_put_text(&trace->text, "SPF of the sender's domain\n");
	trace->was_helo = trace->row->checking_helo;
	put_event(&trace->text, event);
}

static void put_spf_verdict(struct textbuf *out, const struct spf_result *r)
{
	if (r->undecided) {
		textbuf_put_text(out, "spf: no verdict without an address\n");
		return;
	}
	textbuf_printf(out, "spf: %s", spf_verdict_text(r->verdict));
	if (r->problem)
		textbuf_printf(out, " (%s)", spf_problem_text(r->problem));
	if (r->matched.size) {
		textbuf_put_text(out,
		        r->verdict == SPF_TEMPERROR || r->verdict == SPF_PERMERROR ? " at "
		                                                                   : " by ");
		textbuf_put_escaped(out, r->matched.bytes, r->matched.size);
	}
	textbuf_printf(out, ", %u look-up terms, %u void look-ups\n", r->lookups, r->void_lookups);
	if (r->explanation.size) {
		textbuf_put_text(out, "explanation: ");
		textbuf_put(out, r->explanation.bytes, r->explanation.size);
		textbuf_put_char(out, '\n');
	}
}

static void put_line(struct textbuf *out, const char *label, const struct answer *a)
{
	if (!a)
		return;
	textbuf_printf(out, "%s: ", label);
	put_answer(out, a);
	textbuf_put_char(out, '\n');
}

/* The records as the column has them. */
static void put_asked(struct textbuf *out, const struct asking *asked)
{
	for (unsigned i = 0; i < asked->asks->n; i++) {
		const struct answer *a = asked->answers[i];
		textbuf_printf(out, "%s: ", asked->asks->list[i].name);
		if (a)
			put_question(out, a);
		else if (asked->names[i] == ASK_NAME_LACKS)
			textbuf_put_text(out, "not asked");
		if (a && a->n_records)
			textbuf_put_text(out, " = ");
		if (!a || a->n_records)
			asking_print(out, asked, i);
		textbuf_put_char(out, '\n');
	}
}

static void put_outcome(struct textbuf *out, const struct outcome *o)
{
	if (o->excluded)
		textbuf_printf(out, "nothing was asked: %s\n", o->excluded);
	else if (o->error[0])
		textbuf_printf(out, "bad input: %s\n", o->error);
	if (o->has_helo_spf)
		textbuf_printf(out, "helo_spf: %s\n", spf_verdict_text(o->helo_verdict));
	if (o->spf)
		put_spf_verdict(out, o->spf);
	if (o->iprev) {
		put_line(out, "ptr", o->iprev->names);
		textbuf_printf(out, "iprev: %s\n", iprev_verdict_text(o->iprev->verdict));
	}
	if (o->address) {
		put_line(out, "a", o->address->a);
		put_line(out, "aaaa", o->address->aaaa);
		textbuf_printf(out, "a_match: %s\n", match_text(o->address->match));
	}
	if (o->mailhosts) {
		put_line(out, "mx", o->mailhosts->mx);
		textbuf_printf(out, "mx_state: %s, mx_match: %s\n",
		        mx_state_text(o->mailhosts->state), match_text(o->mailhosts->match));
	}
	if (o->asked)
		put_asked(out, o->asked);
	textbuf_put_text(out, "problems: ");
	problems_put(out, o);
	textbuf_put_text(out, "\ndns_cause: ");
	causes_put(out, o);
	textbuf_put_char(out, '\n');
}

/* What was asked for: either may be NULL, but not both. */
struct pair {
	const char *ip, *who;
};

static bool is_address(const char *text)
{
	struct ipaddr ip;
	return !ipaddr_parse(&ip, text, strlen(text));
}

/* An address is known by its form, so it may come first, last or alone; so may a domain or sender.
 * "<>" is the empty sender. */
static struct pair pair_of(char *const *operands, unsigned n)
{
	struct pair pair = { 0 };
	if (n == 1 && is_address(operands[0]))
		pair.ip = operands[0];
	else if (n == 1)
		pair.who = operands[0];
	else if (is_address(operands[1]) && !is_address(operands[0]))
		pair = (struct pair){ operands[1], operands[0] };
	else
		pair = (struct pair){ operands[0], operands[1] };
	if (pair.who && !strcmp(pair.who, "<>"))
		pair.who = "";
	return pair;
}

/* A file's name may be a domain, too: of a folder of zone files, say. A final dot says so. */
static bool is_no_file(const char *operand)
{
	struct stat st;
	if (!*operand || stat(operand, &st) || !S_ISREG(st.st_mode))
		return true;
	message(MESSAGE_ERROR,
	        "'%s' is a file: `spfsweep scan` reads files; as a domain write it with a final "
	        "dot",
	        operand);
	return false;
}

/* A row of CSV, or a list. A quoted local-part may hold anything. */
static bool is_one_value(const char *operand)
{
	const char *between = strpbrk(operand, ",;\t");
	if (!between || strchr(operand, '"'))
		return true;
	message(MESSAGE_ERROR,
	        "'%s' holds '%s': give an address and a domain or sender as two words", operand,
	        *between == '\t'          ? "tab"
	                : *between == ',' ? ","
	                                  : ";");
	return false;
}

/* SPF of a name alone shows its record. */
static bool may_run(const struct options *options, const struct pair *pair)
{
	char words[CHECKS_TEXT_BYTES];
	bool has_name = (pair->who && *pair->who) || options->helo;
	unsigned checks = options->checks & ~(has_name ? CHECK_SPF : 0u),
	         lacking = checks_lacking(checks, has_name, pair->ip);
	if (options->checks == CHECK_ALL || !lacking)
		return true;
	message(MESSAGE_ERROR, "--checks %s cannot run without %s", checks_print(words, lacking),
	        checks_lacking(lacking, has_name, true) ? "a domain, a sender or --helo"
	                                                : "an address");
	return false;
}

/* False after telling the user why nothing would come of it. */
static bool fits(const struct options *options, char *const *operands, unsigned n)
{
	const struct pair pair = pair_of(operands, n);
	for (unsigned i = 0; i < n; i++)
		if (!is_no_file(operands[i]) || !is_one_value(operands[i]))
			return false;
	return may_run(options, &pair);
}

struct checking {
	const struct options *options;
	struct pair pair;
	struct trace trace;
	struct textbuf json;    /* with --json: all that is printed */
	struct textbuf answers; /* with --record: the lines */
	bool finished, bad, lacked_memory;
};

/* ---- --json ---- */

static void put_steps(struct json *j, const struct textbuf *text)
{
	struct textbuf line = { 0 };
	json_open_list(j, "steps");
	for (const char *at = text->bytes, *end = at + text->size; at < end;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		stop = stop ? stop : end;
		textbuf_reset(&line);
		textbuf_put(&line, at, (size_t)(stop - at));
		json_text(j, NULL, textbuf_text(&line));
		at = stop + 1;
	}
	json_close_list(j);
	j->out->failed |= line.failed;
	textbuf_fini(&line);
}

/* The columns of a scan's output, as texts, and the steps as lines. */
static void put_json(struct textbuf *out, const struct checking *checking, const struct outcome *o)
{
	struct json j;
	struct column_set set;
	struct textbuf value = { 0 };
	columns_all(&set, &checking->options->asks);
	json_begin(&j, out);
	json_text(&j, "ip", checking->pair.ip);
	json_text(&j, "domain_or_sender", checking->pair.who);
	json_text(&j, "helo", checking->options->helo);
	for (unsigned i = 0; i < set.n; i++) {
		textbuf_reset(&value);
		column_put(&value, &set, i, o);
		json_text(&j, column_name(&set, i), textbuf_text(&value));
	}
	put_steps(&j, &checking->trace.text);
	json_end(&j);
	out->failed |= value.failed;
	textbuf_fini(&value);
}

static void record(struct checking *checking, const struct row *row)
{
	const struct options *o = checking->options;
	struct textbuf scratch = { 0 };
	recording_put_row(&checking->answers, &scratch,
	        o->replaying ? &o->replaying->source.upstreams : &o->upstreams, row->number,
	        &row->answers);
	textbuf_fini(&scratch);
}

static void on_finished(struct runner *runner, struct row *row)
{
	struct checking *checking = runner->owner;
	struct outcome outcome = row_outcome(row);
	if (outcome.policy)
		treeview_put(&checking->trace.text, outcome.policy, outcome.limits);
	outcome.policy = NULL; /* the rest is that of a scan */
	outcome.problems = problems_of(&outcome);
	if (checking->options->json)
		put_json(&checking->json, checking, &outcome);
	else
		put_outcome(&checking->trace.text, &outcome);
	if (checking->options->record)
		record(checking, row);
	checking->finished = true;
	checking->lacked_memory = row_lacked_memory(row);
	checking->bad = outcome.error[0] && !outcome.excluded;
}

static void begin(struct runner *runner, struct checking *checking, struct row *row)
{
	const struct options *options = checking->options;
	const struct pair *pair = &checking->pair;
	struct trace *trace = &checking->trace;
	identity_of_texts(&row->identity, pair->ip, pair->who, options->helo);
	row->number = 1;
	row->observer = &trace->observer;
	trace->row = row;
	bool has_client = row->identity.ip.family != IPFAMILY_NONE;
	trace->was_helo = has_client && options->helo != NULL;
	if (options->checks & CHECK_SPF &&
	        (has_client ? pair->who || options->helo : row->identity.has_domain))
		textbuf_put_text(&trace->text,
		        !has_client             ? "SPF record, not checked without an address\n"
		                : options->helo ? "SPF of the HELO name\n"
		                : *pair->who    ? "SPF of the sender's domain\n"
		                                : "SPF of an empty sender needs --helo NAME\n");
	runner_start(runner, row);
}

static void run(struct runner *runner, struct checking *checking, struct loop *loop)
{
	struct row *row = runner_take_row(runner);
	checking->lacked_memory = !row;
	if (row)
		begin(runner, checking, row);
	while (row && !checking->finished) {
		runner_tick(runner, clock_now_ns(), clock_wall_ms() / 1000);
		bool moved = runner_turn(runner);
		if (!checking->finished)
			loop_turn(loop, !moved && !resolver_wants_pump(runner->host.resolver));
	}
}

/* --record: only of a check that was finished. Takes the file. */
static bool keep_answers(const struct checking *checking, struct sidefile *file)
{
	const struct pair *pair = &checking->pair;
	if (!checking->lacked_memory)
		return casefile_write(file, checking->options,
		        &(struct casefile_pair){ pair->ip, pair->who, checking->options->helo },
		        &checking->answers);
	sidefile_close(file);
	return false;
}

static int check_pair(const struct options *options, char **operands, unsigned n,
        struct resolver *resolver, struct loop *loop, struct sidefile *file)
{
	struct checking checking = {
		.options = options, .pair = pair_of(operands, n), .trace.observer.event = on_event
	};
	struct row_settings settings;
	struct runner runner;
	row_settings_init(&settings, options);
	if (settings.checks & CHECK_SPF)
		settings.checks |= CHECK_POLICY;
	runner_init(&runner, resolver, &settings, 1);
	runner.finished = on_finished;
	runner.owner = &checking;
	runner_tick(&runner, clock_now_ns(), clock_wall_ms() / 1000);
	run(&runner, &checking, loop);
	runner_fini(&runner);
	bool is_kept = keep_answers(&checking, file);
	const struct textbuf *told = options->json ? &checking.json : &checking.trace.text;
	fwrite(told->bytes, 1, told->size, stdout);
	bool printed = !fflush(stdout) && !ferror(stdout);
	if (!printed)
		message(MESSAGE_ERROR, "standard output: %s", strerror(errno));
	bool lacked_memory =
	        checking.lacked_memory || checking.trace.text.failed || checking.json.failed;
	if (lacked_memory)
		message(MESSAGE_ERROR, "memory: there was none left; this is no result");
	textbuf_fini(&checking.trace.text);
	textbuf_fini(&checking.json);
	textbuf_fini(&checking.answers);
	return !printed || lacked_memory || !is_kept ? EXIT_STOPPED
	        : checking.bad                       ? EXIT_BAD_ROWS
	                                             : EXIT_DONE;
}

/* Takes the file of --record. */
static int check(
        const struct options *options, char **operands, unsigned n_operands, struct sidefile *file)
{
	int status = EXIT_STOPPED;
	struct loop *loop = loop_new();
	struct resolver *resolver = loop ? worker_resolver_new(options, 0, 1, loop, &status) : NULL;
	if (!loop)
		message(MESSAGE_ERROR,
		        "the check cannot begin: out of memory or file descriptors; raise the "
		        "limit");
	if (resolver)
		status = check_pair(options, operands, n_operands, resolver, loop, file);
	else
		sidefile_close(file);
	resolver_free(resolver);
	loop_free(loop);
	return status;
}

int cmd_check(const struct options *wanted, char **operands, unsigned n_operands)
{
	struct options fitting = *wanted;
	const struct options *options = &fitting;
	int status = EXIT_STOPPED;
	if (!fits(options, operands, n_operands))
		return EXIT_USAGE;
	fitting.workers = 1;
	if (!headroom_fit(&fitting, false))
		return status;
	struct replaying replaying = { 0 };
	struct sidefile *file = NULL;
	fitting.replaying = options->replay ? &replaying : NULL;
	status = options->replay ? replaying_load(&replaying, options->replay) : EXIT_DONE;
	if (status == EXIT_DONE)
		status = casefile_open(&file, options);
	if (status == EXIT_DONE)
		status = check(options, operands, n_operands, file);
	replaying_fini(&replaying);
	return status;
}
