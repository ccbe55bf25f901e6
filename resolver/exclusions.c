/* exclusions.c - reads the --exclude file. */
#include "resolver/exclusions.h"

#include "base/message.h"
#include "dns/idna.h"
#include "resolver/namedfile.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEITHER "it is neither a name nor a network"

enum { SHOWN_BYTES = 100, WHY_BYTES = 160, FILE_MAX_BYTES = 256 << 20 };

/* A line that cannot be taken, in words. */
struct refusal {
	char why[WHY_BYTES];
};

static bool refuse(struct refusal *r, const char *why)
{
	snprintf(r->why, sizeof r->why, "%s", why);
	return false;
}

/* Of the byte-order mark that some editors write at the beginning of a text in UTF-8. */
static size_t mark_size(const char *text, size_t size)
{
	return size >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;
}

/* The line without its comment and without outer blanks. */
static char *strip(char *line)
{
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

static bool add_network(struct exclusions *x, const char *text, struct refusal *r)
{
	struct net net;
	char meant[NET_TEXT_BYTES];
	enum error err = net_parse(&net, text, strlen(text));
	if (err == ERROR_RANGE)
		snprintf(r->why, sizeof r->why, "it has bits behind its prefix; the network is %s",
		        net_text(&net, meant));
	else if (err)
		return refuse(r, "it is no address or network");
	else if (!net.prefix_bits)
		return refuse(r, "that would be every address");
	return !err && (netset_add(&x->networks, &net) || refuse(r, error_text(ERROR_NOMEM)));
}

/* An octet that no name in such a list has: it is a URL, an address of mail, a pattern. */
static const char *strange_octet(const char *text)
{
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && !strchr("-_.", *text) && !(*text & 0x80))
			return text;
	return NULL;
}

/* "192.0.2.300": no top-level domain is a number. Asked of the A-labels, since characters that IDNA
 * drops or maps may stand in the text. */
static bool ends_in_number(const struct dname *name)
{
	size_t at = 0;
	while (at + 1u + name->wire[at] + 1u < name->size)
		at += 1u + name->wire[at];
	for (size_t i = at + 1; i + 1 < name->size; i++)
		if (!isdigit(name->wire[i]))
			return false;
	return true;
}

static bool add_name(struct exclusions *x, const char *text, struct refusal *r)
{
	struct dname name;
	char reason[IDNA_REASON_BYTES];
	if (!strncmp(text, "*.", 2))
		return refuse(r, "a name stands for all beneath it, too: leave out the '*.'");
	if (strange_octet(text))
		return refuse(r, NEITHER);
	enum error err = idna_parse(&name, text, strlen(text), NULL);
	if (err)
		return refuse(r,
		        err == ERROR_IDN ? idna_reason(reason, text, strlen(text))
		                         : error_text(err));
	if (name.size == 1)
		return refuse(r, "that would be every name");
	if (ends_in_number(&name))
		return refuse(r, NEITHER);
	return nameset_add(&x->names, &name) || refuse(r, error_text(ERROR_NOMEM));
}

/* What has a colon, a slash, or is a dotted quad is meant for a network. */
static bool add_line(struct exclusions *x, const char *text, struct refusal *r)
{
	struct ipaddr ip;
	bool is_network = strpbrk(text, ":/") != NULL || !ipaddr_parse_4(&ip, text, strlen(text));
	return is_network ? add_network(x, text, r) : add_name(x, text, r);
}

static void tell(const char *path, unsigned line, const char *text, const char *why)
{
	struct textbuf shown = { 0 };
	textbuf_put_escaped(&shown, text, strnlen(text, SHOWN_BYTES));
	message(MESSAGE_ERROR, "--exclude %s, line %u: '%s': %s", path, line, textbuf_text(&shown),
	        why);
	textbuf_fini(&shown);
}

/* Line by line, each ended by a NUL octet in its place. */
static bool take_lines(struct exclusions *x, char *text, size_t size, const char *path)
{
	struct refusal r;
	unsigned number = 1;
	for (size_t at = mark_size(text, size), end; at < size; at = end + 1, number++) {
		char *line = text + at;
		const char *newline = memchr(line, '\n', size - at);
		end = newline ? (size_t)(newline - text) : size;
		if (memchr(line, 0, end - at)) {
			tell(path, number, line, "a NUL octet: this is no text file");
			return false;
		}
		text[end] = 0;
		const char *stripped = strip(line);
		if (*stripped && !add_line(x, stripped, &r)) {
			tell(path, number, stripped, r.why);
			return false;
		}
	}
	return true;
}

static bool fill(struct exclusions *x, struct textbuf *text, const char *path)
{
	struct digest *digest = digest_new();
	bool has_memory = digest && textbuf_reserve(text, 1);
	if (has_memory) {
		digest_add(digest, text->bytes, text->size);
		digest_text(digest, x->sha256);
	}
	digest_free(digest);
	if (has_memory && !take_lines(x, text->bytes, text->size, path))
		return false;
	if (has_memory && netset_seal(&x->networks))
		return true;
	message(MESSAGE_ERROR, "--exclude %s: %s", path, error_text(ERROR_NOMEM));
	return false;
}

struct exclusions *exclusions_read(const char *path)
{
	struct textbuf text = { 0 };
	const char *why = NULL;
	bool is_read = namedfile_read(&text, path, FILE_MAX_BYTES, false, &why);
	struct exclusions *x = is_read ? calloc(1, sizeof *x) : NULL;
	if (!x) {
		message(MESSAGE_ERROR, "--exclude %s: %s", path,
		        is_read ? error_text(ERROR_NOMEM) : why);
	} else if (!fill(x, &text, path)) {
		exclusions_free(x);
		x = NULL;
	} else if (!x->names.n_names && !x->networks.n_nets) {
		message(MESSAGE_WARNING, "--exclude %s: the file names nothing", path);
	}
	textbuf_fini(&text);
	return x;
}

void exclusions_free(struct exclusions *x)
{
	if (!x)
		return;
	nameset_fini(&x->names);
	netset_fini(&x->networks);
	free(x);
}

bool exclusions_hold_name(const struct exclusions *x, const struct dname *name)
{
	struct net net;
	if (!x || name->size == 0)
		return false;
	return nameset_holds(&x->names, name) ||
	        (x->networks.n_nets > 0 && net_of_reverse(&net, name) &&
	                netset_holds(&x->networks, &net));
}

bool exclusions_hold_address(const struct exclusions *x, const struct ipaddr *ip)
{
	return x && netset_holds_address(&x->networks, ip);
}
