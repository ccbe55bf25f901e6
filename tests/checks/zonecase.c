/* zonecase.c - one zone, one probe, all orders of answers; see zonecase.h. */
#include "zonecase.h"

#include "resolver/scripted/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct script *script_of(const struct zonecase *c)
{
	struct script *script;
	char why[200];
	if (script_parse(&script, c->zone, strlen(c->zone), why, sizeof why))
		fail_msg("%s: %s", c->title, why);
	return script;
}

static unsigned run_once(const struct zonecase *c, enum world_order order, zonecase_tell *tell)
{
	struct script *script = script_of(c);
	struct world world = { .script = script, .order = order };
	struct textbuf out = { .size = 0 };
	world_begin(&world);
	tell(&out, c, &world);
	if (strcmp(textbuf_text(&out), c->outcome) != 0)
		fail_msg("%s (order %d): got \"%s\", wanted \"%s\"", c->title, order,
		        textbuf_text(&out), c->outcome);
	if (c->asked && strcmp(textbuf_text(&world.asked), c->asked) != 0)
		fail_msg("%s (order %d): asked \"%s\", wanted \"%s\"", c->title, order,
		        textbuf_text(&world.asked), c->asked);
	unsigned n_asked = world.n_asked;
	textbuf_fini(&out);
	world_fini(&world);
	script_free(script);
	return n_asked;
}

unsigned zonecase_count(const struct zonecase *c, zonecase_tell *tell)
{
	unsigned n_asked = run_once(c, 0, tell);
	for (enum world_order order = 1; order < WORLD_ORDER_COUNT; order++)
		assert_int_equal(run_once(c, order, tell), n_asked);
	return n_asked;
}

void zonecase_run(const struct zonecase *cases, size_t n, zonecase_tell *tell)
{
	for (size_t i = 0; i < n; i++)
		zonecase_count(&cases[i], tell);
}

struct ipaddr zonecase_ip(const struct zonecase *c)
{
	struct ipaddr ip = { .family = IPFAMILY_NONE };
	if (c->ip)
		assert_int_equal(ipaddr_parse(&ip, c->ip, strlen(c->ip)), ERROR_NONE);
	return ip;
}

struct dname zonecase_domain(void)
{
	struct dname name;
	assert_int_equal(dname_parse(&name, "example.com", strlen("example.com")), ERROR_NONE);
	return name;
}

void zonecase_put_failures(struct textbuf *out, const struct failures *failures)
{
	if (failures->n == 0)
		textbuf_put_char(out, '-');
	for (unsigned i = 0; i < failures->n; i++) {
		const struct answer *failed = failures->answers[i];
		struct dname qname;
		answer_qname(failed, &qname);
		textbuf_printf(out, "%s%s ", i ? ", " : "", rrtype_text(failed->type));
		dname_print(out, &qname);
		textbuf_printf(out, " %s", answer_status_text(failed->status));
	}
}
