/* ubsetup.c - the steps from nothing to a context that answers.
 *
 * Trap: libunbound's configuration parser complains to the C library's stderr, everything else to a
 * log that is process-wide. Both are caught meanwhile, for the one line that tells why. */
#include "resolver/recursive/ubsetup.h"

#include "resolver/namedfile.h"
#include "resolver/recursive/anchortext.h"
#include "resolver/recursive/ubconfig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unbound.h>
#include <unbound-event.h>
#include <unistd.h>

#define ROOT_ANCHOR "/usr/share/dns/root.key"
#define CLASS_IN 1

/* What is being set up, and libunbound's log meanwhile. */
struct setup {
	struct ub_ctx **ctx;
	bool *ready;
	const struct resolver_config *config;
	FILE *log;
	char *log_text;
	size_t log_size;
	char *why;
	size_t why_size;
};

/* Returns `err`. `why` gets what it was about, and the first line of libunbound's log without time
 * and process, or `otherwise` when the log is empty. */
static enum error setup_failed(
        struct setup *s, enum error err, const char *about, const char *otherwise)
{
	fflush(s->log);
	const char *line = s->log_text && s->log_text[0] ? s->log_text : otherwise;
	if (line[0] == '[' && strstr(line, "] ") && strstr(line, ": "))
		line = strstr(strstr(line, "] "), ": ") + 2;
	snprintf(s->why, s->why_size, "%s: %.*s", about, (int)strcspn(line, "\n"), line);
	return err;
}

static enum error read_ours(struct setup *s)
{
	struct textbuf text;
	textbuf_init(&text, 0);
	ubconfig_print(&text, s->config);
	int fd = memfd_create("unbound.conf", MFD_CLOEXEC), failed = UB_SYNTAX;
	enum error err = fd < 0 ? ERROR_SYSTEM : text.failed ? ERROR_NOMEM : ERROR_NONE;
	if (!err && write(fd, text.bytes, text.size) != (ssize_t)text.size)
		err = ERROR_SYSTEM;
	if (!err) {
		char path[64];
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		failed = ub_ctx_config(*s->ctx, path);
	}
	if (!err && failed)
		err = ERROR_SYNTAX;
	if (err)
		setup_failed(s, err, "libunbound's settings",
		        err == ERROR_SYSTEM ? strerror(errno) : error_text(err));
	if (fd >= 0)
		close(fd);
	textbuf_fini(&text);
	return err;
}

/* libunbound reads these files by their names. What it would wait for, read without end or end the
 * program for (a folder, a device, a pipe) is found before. */
static enum error read_named(
        struct setup *s, struct textbuf *text, const char *what, const char *path, const char *hint)
{
	const char *why;
	if (namedfile_read(text, path, NAMEDFILE_MAX_BYTES, true, &why))
		return ERROR_NONE;
	snprintf(s->why, s->why_size, "%s %s: %s%s", what, path, why, hint);
	return ERROR_SYSTEM;
}

static enum error read_users(struct setup *s)
{
	const char *path = s->config->unbound_config;
	if (!path)
		return ERROR_NONE;
	struct textbuf text = { 0 };
	enum error err = read_named(s, &text, "unbound configuration", path, "");
	textbuf_fini(&text);
	if (err)
		return err;
	/* the parser writes to the C library's stderr, not to ub_ctx_debugout()'s file; our own
	 * messages go to the descriptor, so this does not catch them */
	FILE *terminal = stderr;
	stderr = s->log;
	int failed = ub_ctx_config(*s->ctx, path);
	stderr = terminal;
	return failed ? setup_failed(s, ERROR_SYNTAX, "unbound configuration", ub_strerror(failed))
	              : ERROR_NONE;
}

/* Trap: libunbound 1.17 crashes when a context is deleted whose modules did not start. So unknown
 * module names are refused before. */
static enum error check_modules(struct setup *s)
{
	static const char *const known[] = { "iterator", "validator", "respip", "dns64" };
	char *modules = NULL;
	enum error err = ERROR_NONE;
	if (ub_ctx_get_option(*s->ctx, "module-config", &modules))
		return ERROR_NONE;
	for (const char *at = modules + strspn(modules, " \t"); *at && !err;
	        at += strspn(at, " \t")) {
		size_t size = strcspn(at, " \t"), i = 0;
		while (i < sizeof known / sizeof known[0] &&
		        (strlen(known[i]) != size || memcmp(known[i], at, size) != 0))
			i++;
		if (i == sizeof known / sizeof known[0]) {
			snprintf(s->why, s->why_size,
			        "unbound configuration %s: no such module: %.*s",
			        s->config->unbound_config ? s->config->unbound_config : "",
			        (int)size, at);
			err = ERROR_SYNTAX;
		}
		at += size;
	}
	free(modules);
	return err;
}

/* libunbound takes a file without an anchor, and then nothing is ever validated. */
static enum error read_anchor(struct setup *s)
{
	const char *given = s->config->trust_anchor, *path = given ? given : ROOT_ANCHOR;
	struct textbuf text = { 0 };
	if (!s->config->dnssec)
		return ERROR_NONE;
	enum error err = read_named(s, &text, "trust anchor", path,
	        given ? "" : " (Debian's package dns-root-data has it)");
	if (!err && !anchortext_has_any(text.bytes, text.size)) {
		snprintf(s->why, s->why_size,
		        "trust anchor %s: it holds no trust anchor: no DS or DNSKEY record", path);
		err = ERROR_SYNTAX;
	}
	textbuf_fini(&text);
	if (err)
		return err;
	int failed = ub_ctx_add_ta_file(*s->ctx, path);
	return failed ? setup_failed(s, ERROR_SYNTAX, "trust anchor", ub_strerror(failed))
	              : ERROR_NONE;
}

static void ready_answered(void *arg, int rcode, void *packet, int size, int security,
        char *why_bogus, int was_ratelimited)
{
	bool *ready = arg;
	(void)packet, (void)size, (void)security, (void)why_bogus, (void)was_ratelimited;
	*ready = rcode == 0;
}

/* libunbound checks settings and reads zones and anchors at the first question only. So one is
 * asked that is answered at once. */
static enum error ask_first(struct setup *s)
{
	int failed = ub_resolve_event(
	        *s->ctx, UBCONFIG_READY_NAME, RRTYPE_A, CLASS_IN, s->ready, ready_answered, NULL);
	if (*s->ready)
		return ERROR_NONE;
	char about[512] = "libunbound";
	if (s->config->unbound_config)
		snprintf(
		        about, sizeof about, "unbound configuration %s", s->config->unbound_config);
	return setup_failed(
	        s, ERROR_SYNTAX, about, failed ? ub_strerror(failed) : "it does not answer");
}

enum error ubsetup(struct ub_ctx **ctx, bool *ready, const struct resolver_config *config,
        struct loop *loop, char *why, size_t why_size)
{
	static enum error (*const steps[])(
	        struct setup *) = { read_ours, read_users, check_modules, read_anchor, ask_first };
	struct setup setup = {
		.ctx = ctx, .ready = ready, .config = config, .why = why, .why_size = why_size
	};
	struct setup *s = &setup;
	*ctx = NULL;
	*ready = false;
	s->log = open_memstream(&s->log_text, &s->log_size);
	if (s->log)
		*s->ctx = ub_ctx_create_event(loop_event_base(loop));
	enum error err = *s->ctx ? ERROR_NONE : ERROR_NOMEM;
	if (err)
		snprintf(s->why, s->why_size, "%s", error_text(err));
	else
		ub_ctx_debugout(*s->ctx, s->log);
	for (size_t i = 0; !err && i < sizeof steps / sizeof steps[0]; i++)
		err = steps[i](s);
	if (*s->ctx)
		ub_ctx_debugout(*s->ctx, NULL); /* from here on it has no log */
	if (s->log)
		fclose(s->log);
	free(s->log_text);
	return err;
}
