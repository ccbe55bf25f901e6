/* ubcontext.c - libunbound contexts, set up as the ways want them. */
#include "bench/ubcontext.h"

#include "resolver/recursive/ubconfig.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unbound-event.h>
#include <unistd.h>

#define CLASS_IN 1
#define N_SOCKETS "1024" /* places, so that no question waits for one */

static void drop_socket_settings(struct textbuf *text)
{
	struct textbuf kept = { 0 };
	const char *at = textbuf_text(text);
	for (const char *end; *at; at = end) {
		end = strchr(at, '\n') ? strchr(at, '\n') + 1 : at + strlen(at);
		const char *word = at + strspn(at, "\t");
		if (strncmp(word, "outgoing-port-", 14) && strncmp(word, "outgoing-range:", 15) &&
		        strncmp(word, "udp-connect:", 12))
			textbuf_put(&kept, at, (size_t)(end - at));
		if (!strncmp(word, "udp-connect:", 12))
			textbuf_put_text(&kept, "\toutgoing-range: " N_SOCKETS "\n");
	}
	textbuf_fini(text);
	*text = kept;
}

static void print_library_settings(struct textbuf *text, const struct resolver_config *config)
{
	char address[IPADDR_TEXT_BYTES];
	textbuf_put_text(text,
	        "server:\n\tlocal-zone: \"" UBCONFIG_READY_NAME
	        "\" always_nxdomain\n\tunblock-lan-zones: yes\n");
	if (config->n_upstreams)
		textbuf_printf(text, "forward-zone:\n\tname: \".\"\n\tforward-addr: %s@%u\n",
		        ipaddr_text(&config->upstreams[0].ip, address), config->upstreams[0].port);
}

static void print_settings(struct textbuf *text, enum ubcontext_settings settings,
        const struct resolver_config *config)
{
	if (settings == UBCONTEXT_LIBRARY) {
		print_library_settings(text, config);
		return;
	}
	ubconfig_print(text, config);
	if (settings == UBCONTEXT_DEFAULT_SOCKETS)
		drop_socket_settings(text);
}

/* libunbound reads settings from a file only. */
static bool take_settings(struct ub_ctx *ctx, const struct textbuf *text)
{
	char path[64];
	int fd = memfd_create("unbound.conf", MFD_CLOEXEC);
	if (fd < 0)
		return false;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	bool taken = !text->failed && write(fd, text->bytes, text->size) == (ssize_t)text->size &&
	        !ub_ctx_config(ctx, path);
	close(fd);
	return taken;
}

static void note(void *arg, int rcode, void *packet, int size, int security, char *why_bogus,
        int was_ratelimited)
{
	(void)rcode, (void)packet, (void)size, (void)security, (void)why_bogus,
	        (void)was_ratelimited;
	*(bool *)arg = true;
}

/* Asks what is answered locally and at once: that finishes the set-up, without a datagram. */
static const char *finish(struct ub_ctx *ctx)
{
	bool ready = false;
	int failed =
	        ub_resolve_event(ctx, UBCONFIG_READY_NAME, RRTYPE_A, CLASS_IN, &ready, note, NULL);
	return failed ? ub_strerror(failed) : ready ? NULL : "it is not ready";
}

static const char *configure(
        struct ub_ctx *ctx, enum ubcontext_settings settings, const struct resolver_config *config)
{
	struct textbuf text = { 0 };
	print_settings(&text, settings, config);
	bool taken = take_settings(ctx, &text);
	textbuf_fini(&text);
	if (!taken || (config->unbound_config && ub_ctx_config(ctx, config->unbound_config)))
		return "its settings are refused";
	return finish(ctx);
}

struct ub_ctx *ubcontext_new(struct event_base *base, enum ubcontext_settings settings,
        const struct resolver_config *config, char *why, size_t why_size)
{
	struct ub_ctx *ctx = ub_ctx_create_event(base);
	if (ctx)
		ub_ctx_debugout(ctx, NULL);
	const char *failed = ctx ? configure(ctx, settings, config) : "out of memory";
	if (!failed)
		return ctx;
	snprintf(why, why_size, "%s", failed);
	ub_ctx_delete(ctx);
	return NULL;
}
