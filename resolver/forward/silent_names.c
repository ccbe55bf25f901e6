/* silent_names.c - fingerprints, found by hash. */
#include "resolver/forward/silent_names.h"

#include "base/hash.h"

/* The root's label, and one more: what has no other above it that is asked about. */
enum { LABELS_MIN = 2 };

static uint32_t fingerprint(uint64_t hash)
{
	return (uint32_t)(hash >> 32) | 1;
}

void silent_names_note(struct silent_names *s, const struct dname *name)
{
	uint64_t hash = hash_bytes(name->wire, name->size);
	s->fingerprints[hash % SILENT_NAMES_SLOTS] = fingerprint(hash);
	s->any = true;
}

bool silent_names_has(const struct silent_names *s, const struct dname *name)
{
	if (!s->any)
		return false;
	unsigned n_labels = dname_label_count(name);
	for (size_t at = 0; n_labels >= LABELS_MIN; n_labels--) {
		uint64_t hash = hash_bytes(name->wire + at, name->size - at);
		if (s->fingerprints[hash % SILENT_NAMES_SLOTS] == fingerprint(hash))
			return true;
		at += 1u + name->wire[at];
	}
	return false;
}
