/* wirename.c - names in a DNS message. */
#include "dns/wirename.h"

/* One before each label of a name. */
#define POINTERS_MAX 127
enum { HEADER_BYTES = 12 };

/* Length octets are under 64 and letters over it, so they are left alone. */
static void copy_lower(uint8_t *to, const uint8_t *from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		to[i] = (uint8_t)(from[i] + ((uint8_t)(from[i] - 'A') < 26 ? 32 : 0));
}

bool wirename_read(struct reader *r, struct dname *name)
{
	const uint8_t *at = r->at, *piece = r->at, *after = NULL;
	unsigned n_pointers = 0;
	name->size = 0;
	for (size_t size = 0; at < r->end;) {
		if (*at >= 0xc0) {
			if (r->end - at < 2 || ++n_pointers > POINTERS_MAX)
				break;
			unsigned target = (at[0] & 0x3fu) << 8 | at[1];
			after = after ? after : at + 2;
			if (target >= (size_t)(piece - r->start) || target < HEADER_BYTES)
				break;
			at = piece = r->start + target;
			continue;
		}
		size_t label = *at + 1u;
		if (label > DNAME_MAX_LABEL_BYTES + 1 || (size_t)(r->end - at) < label ||
		        size + label > DNAME_MAX_BYTES)
			break;
		copy_lower(name->wire + size, at, label);
		size += label;
		at += label;
		if (label == 1) {
			name->size = (uint8_t)size;
			r->at = after ? after : at;
			return true;
		}
	}
	r->failed = true;
	return false;
}

void wirename_skip(struct reader *r)
{
	for (;;) {
		uint8_t length = reader_u8(r);
		if (length >= 0xc0)
			reader_u8(r);
		else if (length <= DNAME_MAX_LABEL_BYTES)
			reader_bytes(r, length);
		else
			r->failed = true;
		if (r->failed || length == 0 || length >= 0xc0)
			return;
	}
}
