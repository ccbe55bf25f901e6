/* fuzz_upstreams.c - any octets as an --upstreams file, and as the text of one --upstream: what is
 * taken can be said again, and the file is the sum of its lines. */
#include "memfile.h"

#include "resolver/upstreams.h"

#include <string.h>

static bool same(const struct resolver_upstream *a, const struct resolver_upstream *b)
{
	return a->port == b->port && ipaddr_equal(&a->ip, &b->ip);
}

/* Each is there once, and is itself again when it is written as a user would. */
static void check_list(const struct upstreams *u)
{
	require(u->n >= 1 && u->n <= UPSTREAMS_MAX);
	for (unsigned i = 0; i < u->n; i++) {
		char ip[IPADDR_TEXT_BYTES], text[IPADDR_TEXT_BYTES + 16];
		struct upstreams again = { .n = 0 };
		const struct resolver_upstream *up = &u->list[i];
		require(up->port && up->ip.family != IPFAMILY_NONE);
		snprintf(text, sizeof(text), up->ip.family == IPFAMILY_6 ? "[%s]:%u" : "%s:%u",
		        ipaddr_text(&up->ip, ip), up->port);
		require(upstreams_add(&again, text) && again.n == 1 && same(&again.list[0], up));
		for (unsigned k = 0; k < i; k++)
			require(!same(&u->list[k], up));
	}
}

/* The lines of a good file, one by one, give its list. */
static void compare_with_lines(const struct upstreams *u, char *text)
{
	struct upstreams by_line = { .n = 0 };
	for (char *line; (line = strsep(&text, "\n"));) {
		line[strcspn(line, "#")] = '\0';
		line += strspn(line, " \t\r\v\f");
		for (size_t n = strlen(line); n && strchr(" \t\r\v\f", line[n - 1]);)
			line[--n] = '\0';
		require(!*line || upstreams_add(&by_line, line));
	}
	require(by_line.n == u->n);
	for (unsigned i = 0; i < u->n; i++)
		require(same(&by_line.list[i], &u->list[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memfile file;
	struct upstreams of_file = { .n = 0 }, of_text = { .n = 0 };
	char *text = strndup((const char *)data, size);
	require(text);
	memfile_open(&file, data, size);
	tell_outcome("refused");
	if (upstreams_add(&of_text, text)) {
		tell_outcome("one");
		check_list(&of_text);
	}
	if (upstreams_read(&of_file, file.path)) {
		if (!of_text.n)
			tell_outcome("list");
		check_list(&of_file);
		require(!memchr(data, 0, size));
		compare_with_lines(&of_file, text);
	}
	memfile_close(&file);
	free(text);
	return 0;
}
