/* logwish.c - words of options into values. */
#include "scanner/logwish.h"

#include "base/message.h"

#include <stdio.h>
#include <string.h>

static bool take_time(bool *has, int64_t *time_s, const char *option, const char *text)
{
	*has = text != NULL;
	if (!text || logfiles_parse_time(time_s, text))
		return true;
	message(MESSAGE_ERROR,
	        "--%s takes a date or a time, as 2026-11-28 or 2026-11-28T16:00:00Z, not '%s'",
	        option, text);
	return false;
}

/* "192.0.2.0/24,2001:db8::/32" */
static bool take_trusted(struct logwish *w, const char *text)
{
	if (!text)
		return true;
	for (const char *at = text; *at;) {
		size_t size = strcspn(at, ",");
		struct net net;
		if (net_parse(&net, at, size)) {
			message(MESSAGE_ERROR,
			        "--trusted takes networks with commas between them, as "
			        "192.0.2.0/24,2001:db8::/32, not '%s'",
			        text);
			return false;
		}
		if (!netset_add(&w->trusted, &net)) {
			message(MESSAGE_ERROR, "--trusted: %s", error_text(ERROR_NOMEM));
			return false;
		}
		at += size + (at[size] == ',');
	}
	w->config.trusted = &w->trusted;
	return netset_seal(&w->trusted);
}

static bool knows_format(const char *name)
{
	const struct log_format *format;
	if (!strcmp(name, "auto") || log_format_find(name))
		return true;
	struct textbuf names = { 0 };
	for (unsigned i = 0; (format = log_format_at(i)) != NULL; i++)
		textbuf_printf(&names, ", %s", format->name);
	message(MESSAGE_ERROR, "--log takes a format of auto%s, not '%s'", textbuf_text(&names),
	        name);
	textbuf_fini(&names);
	return false;
}

static bool has_range(const struct logfiles_config *c)
{
	if (!c->has_since || !c->has_until || c->since_s < c->until_s)
		return true;
	message(MESSAGE_ERROR, "--until is not after --since: no row can be between them");
	return false;
}

bool logwish_init(struct logwish *w, const struct options *o, const char *command)
{
	*w = (struct logwish){ 0 };
	const char *format = o->log ? o->log : "auto";
	snprintf(w->command, sizeof w->command, "%.16s --log=%.32s", command, format);
	w->config = (struct logfiles_config){
		.paths = o->inputs,
		.n_paths = o->n_inputs,
		.format = format,
		.year = o->year,
		.wants_connects = o->connects,
		.wants_digests = o->summary,
		.command = w->command,
	};
	return knows_format(format) &&
	        take_time(&w->config.has_since, &w->config.since_s, "since", o->since) &&
	        take_time(&w->config.has_until, &w->config.until_s, "until", o->until) &&
	        has_range(&w->config) && take_trusted(w, o->trusted);
}

void logwish_fini(struct logwish *w)
{
	netset_fini(&w->trusted);
}
