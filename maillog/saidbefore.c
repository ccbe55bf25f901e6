/* saidbefore.c - by a hash of address and sender, which may be written otherwise. */
#include "maillog/saidbefore.h"

#include "base/hash.h"

#include <stdlib.h>

enum { SAID_MAX = 1 << 13, NAME_BYTES = 256, ADDRESS_BYTES = 48, SENDER_BYTES = 512, AGE_S = 600 };

struct said {
	int64_t time_s;
	struct logtext spf;
	uint8_t helo_size;
	char helo[NAME_BYTES];
};

bool saidbefore_init(struct saidbefore *s)
{
	s->said = malloc(SAID_MAX * sizeof *s->said);
	return s->said && idtable_init(&s->ids, SAID_MAX);
}

void saidbefore_fini(struct saidbefore *s)
{
	idtable_fini(&s->ids);
	free(s->said);
	s->said = NULL;
}

/* In lower case, and without quotes: Postfix logs "a b"@example.com, and tells policy servers of
 * a b@example.com. */
static size_t put_bare(char *to, size_t room, struct logtext from)
{
	size_t size = 0;
	for (size_t i = 0; i < from.size && size < room; i++)
		if (from.at[i] != '"' && from.at[i] != '\\')
			to[size++] = from.at[i] >= 'A' && from.at[i] <= 'Z'
			        ? (char)(from.at[i] | 0x20)
			        : from.at[i];
	return size;
}

static uint64_t key_of(struct logtext ip, struct logtext sender)
{
	char both[ADDRESS_BYTES + 1 + SENDER_BYTES];
	size_t size = put_bare(both, ADDRESS_BYTES, ip);
	both[size++] = ' ';
	size += put_bare(both + size, SENDER_BYTES, sender);
	return hash_bytes(both, size);
}

/* A verdict of the HELO name says nothing of a message that has a sender. */
void saidbefore_add(struct saidbefore *s, const struct receivedspf *r, int64_t time_s)
{
	bool evicted;
	uint64_t key = key_of(r->ip, r->sender);
	uint32_t slot = idtable_find(&s->ids, key);
	if (slot == IDTABLE_NONE)
		slot = idtable_add(&s->ids, key, &evicted);
	struct said *said = &s->said[slot];
	said->time_s = time_s;
	said->spf = r->of_helo && r->sender.size ? (struct logtext){ 0 } : r->verdict;
	said->helo_size = (uint8_t)(r->helo.size < NAME_BYTES - 1 ? r->helo.size : NAME_BYTES - 1);
	if (said->helo_size)
		memcpy(said->helo, r->helo.at, said->helo_size);
}

void saidbefore_find(const struct saidbefore *s, struct mail_event *event)
{
	uint32_t slot = idtable_find(&s->ids, key_of(event->ip, event->sender));
	if (slot == IDTABLE_NONE || !event->has_time)
		return;
	const struct said *said = &s->said[slot];
	int64_t age_s = event->time_s - said->time_s;
	if (age_s < -AGE_S || age_s > AGE_S)
		return;
	if (!event->helo.size)
		event->helo = (struct logtext){ said->helo, said->helo_size };
	if (!event->spf_then.size)
		event->spf_then = said->spf;
}
