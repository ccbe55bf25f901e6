/* fuzz_dname.c - any octets as a domain name, in text and in wire form: what is a name is one in
 * both, its printed form, read as a master file would, is the same name again, and order, equality
 * and nesting agree with each other. */
#include "target.h"

#include "dns/dname.h"

/* Reads dname_print()'s output by RFC 1035 section 5.1. */
static void read_printed(struct dname *name, const char *text)
{
	uint8_t *length = name->wire, *to = length + 1;
	if (strcmp(text, ".") == 0)
		to = length;
	else
		for (; *text; text++) {
			if (*text == '.') {
				*length = (uint8_t)(to - length - 1);
				length = to++;
			} else if (*text != '\\') {
				*to++ = (uint8_t)*text;
			} else if (*++text >= '0' && *text <= '9') {
				*to++ = (uint8_t)((text[0] - '0') * 100 + (text[1] - '0') * 10 +
				        text[2] - '0');
				text += 2;
			} else {
				*to++ = (uint8_t)*text;
			}
		}
	if (to > length)
		*length = (uint8_t)(to - length - 1);
	*to++ = 0;
	name->size = (uint8_t)(to - name->wire);
}

static void check_name(const struct dname *name)
{
	char text[DNAME_TEXT_BYTES];
	struct dname again;
	require(dname_decode(&again, name->wire, name->size) &&
	        memcmp(again.wire, name->wire, name->size) == 0);
	dname_text(name, text);
	for (const char *c = text; *c; c++)
		require(*c > 0x20 && *c < 0x7f);
	read_printed(&again, text);
	require(again.size == name->size && memcmp(again.wire, name->wire, name->size) == 0);
	dname_lower(&again);
	require(dname_equal(name, &again) && dname_compare(name, &again) == 0 &&
	        dname_is_within(name, &again));
	for (unsigned i = 0, at = 1; at < again.size && i < again.size; i++, at++)
		require(again.wire[at] < 'A' || again.wire[at] > 'Z');
}

/* Nesting, label by label. */
static bool is_within(const struct dname *name, const struct dname *parent)
{
	bool found = false;
	for (size_t at = 0; at < name->size; at += name->wire[at] + 1u) {
		struct dname tail;
		require(dname_decode(&tail, name->wire + at, name->size - at));
		found = found || dname_equal(&tail, parent);
	}
	return found;
}

static void check_pair(const struct dname *a, const struct dname *b)
{
	int order = dname_compare(a, b);
	require((order < 0) == (dname_compare(b, a) > 0) && (order == 0) == dname_equal(a, b));
	require(dname_is_within(a, b) == is_within(a, b));
	require(!dname_is_within(a, b) || dname_label_count(a) >= dname_label_count(b));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* the first half and the second, to be compared; and all of it, for the long ones */
	const struct {
		const uint8_t *at;
		size_t size;
	} parts[] = { { data, size / 2 }, { data + size / 2, size - size / 2 }, { data, size } };
	struct dname names[6];
	unsigned n = 0;
	for (unsigned i = 0; i < 3; i++) {
		enum error error = dname_parse(&names[n], (const char *)parts[i].at, parts[i].size);
		require((error == ERROR_NONE) == (names[n].size > 0));
		n += !error;
		bool is_text = !error;
		bool good = dname_decode(&names[n], parts[i].at, parts[i].size);
		tell_outcome(good ? "wire" : is_text ? "text" : n ? "part" : "refused");
		require(good == (names[n].size > 0));
		n += good;
	}
	for (unsigned i = 0; i < n; i++) {
		check_name(&names[i]);
		for (unsigned k = 0; k < n; k++)
			check_pair(&names[i], &names[k]);
	}
	return 0;
}
