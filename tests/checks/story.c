/* story.c - one zone, one probe, all orders of answers; see story.h. */
#include "story.h"

#include "resolver/scripted/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct script *script_of(const struct story *story)
{
	struct script *script;
	char why[200];
	if (script_parse(&script, story->zone, strlen(story->zone), why, sizeof why))
		fail_msg("%s: %s", story->title, why);
	return script;
}

static unsigned run_once(const struct story *story, enum world_order order, story_tell *tell)
{
	struct script *script = script_of(story);
	struct world world = { .script = script, .order = order };
	struct textbuf out = { .size = 0 };
	world_begin(&world);
	tell(&out, story, &world);
	if (strcmp(textbuf_text(&out), story->outcome) != 0)
		fail_msg("%s (order %d): got \"%s\", wanted \"%s\"", story->title, order,
		        textbuf_text(&out), story->outcome);
	if (story->asked && strcmp(textbuf_text(&world.asked), story->asked) != 0)
		fail_msg("%s (order %d): asked \"%s\", wanted \"%s\"", story->title, order,
		        textbuf_text(&world.asked), story->asked);
	unsigned n_asked = world.n_asked;
	textbuf_fini(&out);
	world_fini(&world);
	script_free(script);
	return n_asked;
}

unsigned story_count(const struct story *story, story_tell *tell)
{
	unsigned n_asked = run_once(story, 0, tell);
	for (enum world_order order = 1; order < WORLD_ORDER_COUNT; order++)
		assert_int_equal(run_once(story, order, tell), n_asked);
	return n_asked;
}

void story_run(const struct story *stories, size_t n, story_tell *tell)
{
	for (size_t i = 0; i < n; i++)
		story_count(&stories[i], tell);
}

struct ipaddr story_ip(const struct story *story)
{
	struct ipaddr ip = { .family = IPFAMILY_NONE };
	if (story->ip)
		assert_int_equal(ipaddr_parse(&ip, story->ip, strlen(story->ip)), ERROR_NONE);
	return ip;
}

struct dname story_domain(void)
{
	struct dname name;
	assert_int_equal(dname_parse(&name, "example.com", strlen("example.com")), ERROR_NONE);
	return name;
}

void story_put_failed(struct textbuf *out, const struct answer *failed)
{
	struct dname qname;
	if (!failed) {
		textbuf_put_char(out, '-');
		return;
	}
	answer_qname(failed, &qname);
	textbuf_printf(out, "%s ", rrtype_text(failed->type));
	dname_print(out, &qname);
	textbuf_printf(out, " %s", answer_status_text(failed->status));
}
