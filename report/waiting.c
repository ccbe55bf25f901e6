/* waiting.c - a list whose texts lie in one buffer. */
#include "report/waiting.h"

bool waiting_push(struct waiting_list *list, uint32_t hash, struct csv_field key,
        struct csv_field name, const uint64_t counts[GROUP_COUNTS], struct csv_field reason)
{
	struct waiting *w = &list->items[list->n++];
	w->at = list->texts.size;
	w->hash = hash;
	w->key_size = (uint32_t)key.size;
	w->name_size = (uint32_t)name.size;
	w->reason_size = (uint32_t)reason.size;
	memcpy(w->counts, counts, sizeof w->counts);
	textbuf_put(&list->texts, key.text, key.size);
	textbuf_put(&list->texts, name.text, name.size);
	textbuf_put(&list->texts, reason.text, reason.size);
	return !list->texts.failed;
}

void waiting_reset(struct waiting_list *list)
{
	list->n = 0;
	textbuf_reset(&list->texts);
}

void waiting_fini(struct waiting_list *list)
{
	textbuf_fini(&list->texts);
}

static struct csv_field text_at(const struct waiting_list *list, size_t at, size_t size)
{
	return (struct csv_field){ size ? list->texts.bytes + at : "", size };
}

struct csv_field waiting_key(const struct waiting_list *list, const struct waiting *w)
{
	return text_at(list, w->at, w->key_size);
}

struct csv_field waiting_name(const struct waiting_list *list, const struct waiting *w)
{
	return text_at(list, w->at + w->key_size, w->name_size);
}

struct csv_field waiting_reason(const struct waiting_list *list, const struct waiting *w)
{
	return text_at(list, w->at + w->key_size + w->name_size, w->reason_size);
}
