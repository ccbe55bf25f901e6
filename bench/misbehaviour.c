/* misbehaviour.c - a function for each word and way that says what comes of a question, and the
 * table of them. */
#include "misbehaviour.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	JUNK_BYTES = 200,
	PACKET_BYTES = 512,
	N_KNOWN = 1 << 20 /* names and types; a power of two */
};

/* A name and type that was asked before. */
struct known {
	uint64_t hash; /* 0: nothing here */
	uint32_t first_ms, n_asked;
};

/* A question, where it is answered. */
struct asked {
	const struct goodzone_question *question;
	struct known *known; /* NULL: it is answered well */
	unsigned number;     /* of its word */
	uint32_t now_ms;
	uint8_t *out;
};

/* `tcp` NULL: by TCP the same, at once. */
struct behaviour {
	const char *word;
	const char *number; /* percent, milliseconds or NULL */
	struct misbehaviour_reply (*udp)(struct asked *a), (*tcp)(struct asked *a);
};

static struct known known[N_KNOWN];
static unsigned n_known;

_Noreturn static void die(const char *what, int size, const char *word)
{
	fprintf(stderr, "mischief: %s%.*s\n", what, size, word);
	exit(2);
}

/* ---- names that were asked before ---- */

static uint64_t mix(uint64_t z)
{
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* Counts this question. */
static struct known *know(const struct goodzone_question *q, uint32_t now_ms)
{
	uint64_t hash = 14695981039346656037u;
	for (const char *c = q->name; *c; c++)
		hash = (hash ^ (uint8_t)*c) * 1099511628211u;
	hash = mix(hash ^ (uint64_t)q->type << 48) | 1;
	size_t at = hash >> 1 & (N_KNOWN - 1);
	while (known[at].hash && known[at].hash != hash)
		at = (at + 1) & (N_KNOWN - 1);
	if (!known[at].hash) {
		if (++n_known > N_KNOWN / 4 * 3)
			die("more names than it can remember", 0, "");
		known[at] = (struct known){ .hash = hash, .first_ms = now_ms };
	}
	known[at].n_asked++;
	return &known[at];
}

static uint64_t chance(const struct asked *a)
{
	return mix(a->known->hash + a->known->n_asked * 0x9e3779b97f4a7c15);
}

static bool is_hit(const struct asked *a)
{
	return (chance(a) >> 11) % 100 < a->number;
}

/* What is left of the first `number` milliseconds of this name and type. */
static uint32_t left_ms(const struct asked *a)
{
	uint32_t since = a->now_ms - a->known->first_ms;
	return since < a->number ? a->number - since : 0;
}

/* ---- by UDP ---- */

static struct misbehaviour_reply said(size_t size)
{
	return (struct misbehaviour_reply){ .is_said = true, .size = size, .framed = size };
}

static struct misbehaviour_reply ok(struct asked *a)
{
	return said(goodzone_answer(a->question, a->out));
}

static struct misbehaviour_reply refuse(struct asked *a, unsigned rcode)
{
	return said(goodzone_refuse(a->question, a->out, rcode));
}

static struct misbehaviour_reply silent(struct asked *a)
{
	(void)a;
	return (struct misbehaviour_reply){ 0 };
}

static struct misbehaviour_reply loss(struct asked *a)
{
	return is_hit(a) ? silent(a) : ok(a);
}

static struct misbehaviour_reply late_by(struct asked *a, uint32_t delay_ms)
{
	struct misbehaviour_reply reply = ok(a);
	reply.delay_ms = delay_ms;
	return reply;
}

static struct misbehaviour_reply delay(struct asked *a)
{
	return late_by(a, a->number);
}

static struct misbehaviour_reply slow(struct asked *a)
{
	return late_by(a, left_ms(a));
}

static struct misbehaviour_reply jit(struct asked *a)
{
	return late_by(a, (uint32_t)(chance(a) % (a->number + 1)));
}

static struct misbehaviour_reply servfail(struct asked *a)
{
	return left_ms(a) ? refuse(a, GOODZONE_SERVFAIL) : ok(a);
}

static struct misbehaviour_reply refused(struct asked *a)
{
	return is_hit(a) ? refuse(a, GOODZONE_REFUSED) : ok(a);
}

static struct misbehaviour_reply nx(struct asked *a)
{
	return refuse(a, GOODZONE_NXDOMAIN);
}

static struct misbehaviour_reply formerr(struct asked *a)
{
	return a->question->has_edns ? refuse(a, GOODZONE_FORMERR) : ok(a);
}

static struct misbehaviour_reply notimp(struct asked *a)
{
	return refuse(a, GOODZONE_NOTIMP);
}

static struct misbehaviour_reply wrongid(struct asked *a)
{
	struct misbehaviour_reply reply = ok(a);
	a->out[0] ^= 0x80;
	return reply;
}

static struct misbehaviour_reply junk(struct asked *a)
{
	memcpy(a->out, a->question->packet, 2);
	for (size_t i = 2; i < JUNK_BYTES; i++)
		a->out[i] = (uint8_t)mix(chance(a) + i);
	return said(JUNK_BYTES);
}

static struct misbehaviour_reply truncated(struct asked *a)
{
	return said(goodzone_truncate(a->question, a->out));
}

/* ---- by TCP ---- */

static struct misbehaviour_reply tcpslow(struct asked *a)
{
	struct misbehaviour_reply reply = ok(a);
	reply.is_slow = true;
	return reply;
}

static struct misbehaviour_reply tcpmid(struct asked *a)
{
	struct misbehaviour_reply reply = ok(a);
	reply.size /= 2;
	reply.ends = true;
	return reply;
}

static struct misbehaviour_reply tcpclose(struct asked *a)
{
	(void)a;
	return (struct misbehaviour_reply){ .ends = true };
}

static struct misbehaviour_reply tcpzero(struct asked *a)
{
	(void)a;
	return said(0);
}

/* The same id and type; the name differs in its first octet, and so do the answer's records. */
static struct misbehaviour_reply tcpother(struct asked *a)
{
	uint8_t packet[PACKET_BYTES];
	struct goodzone_question other;
	memcpy(packet, a->question->packet, a->question->end);
	packet[13] = packet[13] == 'x' ? 'y' : 'x';
	if (!goodzone_parse(&other, packet, a->question->end))
		return silent(a);
	return said(goodzone_answer(&other, a->out));
}

/* ---- which behaviour ---- */

static const char percent[] = "NN", milliseconds[] = "MS";
static const struct behaviour behaviours[] = {
	{ "ok", NULL, ok, NULL },
	{ "silent", NULL, silent, NULL },
	{ "loss", percent, loss, NULL },
	{ "delay", milliseconds, delay, NULL },
	{ "slow", milliseconds, slow, NULL },
	{ "jit", milliseconds, jit, NULL },
	{ "servfail", milliseconds, servfail, NULL },
	{ "refused", percent, refused, NULL },
	{ "nx", NULL, nx, NULL },
	{ "formerr", NULL, formerr, NULL },
	{ "notimp", NULL, notimp, NULL },
	{ "wrongid", NULL, wrongid, NULL },
	{ "junk", NULL, junk, NULL },
	{ "tcpfull", NULL, truncated, ok },
	{ "tcpsilent", NULL, truncated, silent },
	{ "tcpslow", NULL, truncated, tcpslow },
	{ "tcpmid", NULL, truncated, tcpmid },
	{ "tcpclose", NULL, truncated, tcpclose },
	{ "tcpjunk", NULL, truncated, junk },
	{ "tcpid", NULL, truncated, wrongid },
	{ "tcpzero", NULL, truncated, tcpzero },
	{ "tcpother", NULL, truncated, tcpother },
};
enum { N_BEHAVIOURS = sizeof behaviours / sizeof behaviours[0] };

/* What stands behind "m-" in a label; NULL: there is none. */
static const char *told(const char *name)
{
	for (; *name; name += strcspn(name, "."), name += *name == '.')
		if (strncmp(name, "m-", 2) == 0)
			return name + 2;
	return NULL;
}

/* Fills in what the name says. */
static const struct behaviour *behave(struct asked *a)
{
	const char *word = told(a->question->name);
	if (!word)
		return &behaviours[0];
	size_t n = strcspn(word, "0123456789."), end = strcspn(word, ".");
	a->number = (unsigned)strtoul(word + n, NULL, 10);
	for (unsigned i = 0; i < N_BEHAVIOURS; i++) {
		const struct behaviour *b = &behaviours[i];
		unsigned most = b->number == percent ? 100 : MISBEHAVIOUR_MS_MAX;
		if (strlen(b->word) != n || memcmp(b->word, word, n) != 0 ||
		        (n < end) != (b->number != NULL) || a->number > most)
			continue;
		if (b->udp != ok)
			a->known = know(a->question, a->now_ms);
		return b;
	}
	die("no such behaviour: ", (int)end, word);
}

struct misbehaviour_reply misbehaviour_reply(
        const struct goodzone_question *q, uint32_t now_ms, bool by_tcp, uint8_t *out)
{
	struct asked a = { .question = q, .now_ms = now_ms, .out = out };
	const struct behaviour *b = behave(&a);
	return by_tcp && b->tcp ? b->tcp(&a) : b->udp(&a);
}

void misbehaviour_print_words(void)
{
	for (unsigned i = 0; i < N_BEHAVIOURS; i++)
		printf("%s%s\n", behaviours[i].word,
		        behaviours[i].number ? behaviours[i].number : "");
}
