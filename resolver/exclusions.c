/* exclusions.c - reads the --exclude file. */
#include "resolver/exclusions.h"

#include "base/message.h"
#include "dns/idna.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEITHER "it is neither a name nor a network"

enum { SHOWN_BYTES = 100, WHY_BYTES = 160 };

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

/* The octets of the file go into the digest as they are read. */
static bool read_lines(struct exclusions *x, FILE *file, const char *path, struct digest *digest)
{
	char *line = NULL;
	size_t room = 0;
	unsigned number = 0;
	bool good = true;
	for (ssize_t size; good && (size = getline(&line, &room, file)) >= 0;) {
		struct refusal r;
		digest_add(digest, line, (size_t)size);
		size_t mark = number++ == 0 ? mark_size(line, (size_t)size) : 0;
		good = !memchr(line, 0, (size_t)size);
		if (!good) {
			tell(path, number, line, "a NUL octet: this is no text file");
			break;
		}
		const char *text = strip(line + mark);
		good = !*text || add_line(x, text, &r);
		if (!good)
			tell(path, number, text, r.why);
	}
	free(line);
	if (good && ferror(file)) {
		message(MESSAGE_ERROR, "--exclude %s: %s", path, strerror(errno));
		return false;
	}
	return good;
}

static bool fill(struct exclusions *x, FILE *file, const char *path)
{
	struct digest *digest = digest_new();
	bool good = digest && read_lines(x, file, path, digest);
	if (good)
		digest_text(digest, x->sha256);
	if (!digest || (good && !netset_seal(&x->networks))) {
		message(MESSAGE_ERROR, "--exclude %s: %s", path, error_text(ERROR_NOMEM));
		good = false;
	}
	digest_free(digest);
	return good;
}

struct exclusions *exclusions_read(const char *path)
{
	FILE *file = fopen(path, "re");
	struct exclusions *x = file ? calloc(1, sizeof *x) : NULL;
	if (!x) {
		message(MESSAGE_ERROR, "--exclude %s: %s", path, strerror(errno));
	} else if (!fill(x, file, path)) {
		exclusions_free(x);
		x = NULL;
	} else if (!x->names.n_names && !x->networks.n_nets) {
		message(MESSAGE_WARNING, "--exclude %s: the file names nothing", path);
	}
	if (file)
		fclose(file);
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
