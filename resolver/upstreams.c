/* upstreams.c - reads the upstreams from the command line and from files. */
#include "resolver/upstreams.h"

#include "base/message.h"
#include "dns/ipaddr.h"
#include "resolver/namedfile.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FORM "an IP address with or without a port, as 192.0.2.1:53 or [2001:db8::1]:53"

/* Of a file of upstreams: 64 lines and their comments need far less. */
#define FILE_MAX_BYTES (1u << 20)

/* "192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]:5353", and dnsmasq's
 * "192.0.2.1#5353" and "2001:db8::1#5353". */
static bool parse(struct resolver_upstream *upstream, const char *text)
{
	const char *port = NULL;
	size_t size = strlen(text);
	const char *bracket = text[0] == '[' ? strchr(text, ']') : NULL;
	const char *hash = strchr(text, '#');
	if (hash)
		port = hash + 1;
	else if (bracket && bracket[1] == ':')
		port = bracket + 2;
	else if (!bracket && strchr(text, ':') && strchr(text, ':') == strrchr(text, ':'))
		port = strchr(text, ':') + 1;
	if (port)
		size = (size_t)(port - text) - 1;
	upstream->port = 53;
	if (port) {
		char *end;
		errno = 0;
		unsigned long number = strtoul(port, &end, 10);
		if (errno || !isdigit((unsigned char)port[0]) || *end || number < 1 ||
		        number > 65535)
			return false;
		upstream->port = (uint16_t)number;
	}
	return !ipaddr_parse(&upstream->ip, text, size);
}

/* False: the list is full. */
static bool put(struct upstreams *u, const struct resolver_upstream *upstream)
{
	for (unsigned i = 0; i < u->n; i++)
		if (u->list[i].port == upstream->port &&
		        ipaddr_equal(&u->list[i].ip, &upstream->ip))
			return true;
	if (u->n == UPSTREAMS_MAX)
		return false;
	u->list[u->n++] = *upstream;
	return true;
}

/* Of the byte-order mark that some editors write at the beginning of a text in UTF-8. */
static size_t mark_size(const char *text, size_t size)
{
	static const char mark[] = "\xef\xbb\xbf";
	return size >= 3 && !memcmp(text, mark, 3) ? 3 : 0;
}

bool upstreams_add(struct upstreams *u, const char *text)
{
	struct resolver_upstream upstream;
	text += mark_size(text, strlen(text));
	if (!parse(&upstream, text)) {
		message(MESSAGE_ERROR, "--upstream takes " FORM ", not '%s'", text);
		return false;
	}
	if (!put(u, &upstream)) {
		message(MESSAGE_ERROR,
		        "--upstream %s: there are %d upstreams already, which is the most", text,
		        UPSTREAMS_MAX);
		return false;
	}
	return true;
}

/* The line without its comment, whose '#' begins the line or stands behind a blank, and without
 * outer blanks; NULL: it has a NUL octet, which would hide what follows. */
static char *strip(char *line, size_t size)
{
	if (memchr(line, 0, size))
		return NULL;
	for (char *at = line; (at = strchr(at, '#')) != NULL; at++)
		if (at == line || isspace((unsigned char)at[-1])) {
			*at = 0;
			break;
		}
	while (isspace((unsigned char)*line))
		line++;
	for (size_t end = strlen(line); end && isspace((unsigned char)line[end - 1]);)
		line[--end] = 0;
	return line;
}

/* `line` ends in a NUL, which takes the place of its line end. False after telling the user. */
static bool read_line(struct upstreams *u, char *line, size_t size, const char *path,
        unsigned number, unsigned *n_named)
{
	struct resolver_upstream upstream;
	const char *text = strip(line, size);
	if (text && !*text)
		return true;
	++*n_named;
	if (!text)
		message(MESSAGE_ERROR, "--upstreams %s, line %u: a NUL octet: this is no text file",
		        path, number);
	else if (!parse(&upstream, text))
		message(MESSAGE_ERROR, "--upstreams %s, line %u: '%.100s' is not " FORM, path,
		        number, text);
	else if (!put(u, &upstream))
		message(MESSAGE_ERROR,
		        "--upstreams %s, line %u: there are %d upstreams already, which is the "
		        "most",
		        path, number, UPSTREAMS_MAX);
	else
		return true;
	return false;
}

static bool read_lines(struct upstreams *u, struct textbuf *text, const char *path)
{
	unsigned number = 0, n_named = 0;
	bool good = textbuf_text(text) && !text->failed;
	char *at = text->bytes, *end = at + text->size;
	at += text->size ? mark_size(at, text->size) : 0;
	while (good && at < end) {
		char *stop = memchr(at, '\n', (size_t)(end - at));
		stop = stop ? stop : end;
		*stop = 0;
		good = read_line(u, at, (size_t)(stop - at), path, ++number, &n_named);
		at = stop + 1;
	}
	if (good && !n_named)
		message(MESSAGE_ERROR, "--upstreams %s: the file names no upstream", path);
	return good && n_named;
}

bool upstreams_read(struct upstreams *u, const char *path)
{
	struct textbuf text = { 0 };
	const char *why;
	if (u->n_files == UPSTREAMS_MAX) {
		message(MESSAGE_ERROR, "--upstreams %s: there are %d such files already", path,
		        UPSTREAMS_MAX);
		return false;
	}
	u->files[u->n_files++] = path;
	bool good = namedfile_read(&text, path, FILE_MAX_BYTES, false, &why);
	if (good)
		good = read_lines(u, &text, path);
	else
		message(MESSAGE_ERROR, "--upstreams %s: %s", path, why);
	textbuf_fini(&text);
	return good;
}

void upstream_print(struct textbuf *out, const struct resolver_upstream *upstream)
{
	bool is_ipv6 = upstream->ip.family == IPFAMILY_6;
	textbuf_put_text(out, is_ipv6 ? "[" : "");
	ipaddr_print(out, &upstream->ip);
	textbuf_printf(out, "%s:%u", is_ipv6 ? "]" : "", upstream->port);
}

void upstreams_print(struct textbuf *out, const struct upstreams *u, unsigned n_max)
{
	for (unsigned i = 0; i < u->n && i < n_max; i++) {
		textbuf_put_text(out, i ? ", " : "");
		upstream_print(out, &u->list[i]);
	}
	textbuf_put_text(out, u->n > n_max ? ", ..." : "");
}
