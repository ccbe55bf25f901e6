/* addrset.c - sorted ranges: cut by binary search, joined by merging. */
#include "checks/addrset.h"

#include <stdlib.h>
#include <string.h>

/* A set keeps no more memory than this between two policies. */
enum { RANGES_LEAST = 16, RANGES_KEPT = 256 };

void addrset_fini(struct addrset *s)
{
	free(s->at);
	*s = (struct addrset){ 0 };
}

void addrset_reset(struct addrset *s)
{
	if (s->capacity > RANGES_KEPT)
		addrset_fini(s);
	s->n = 0;
	s->failed = false;
}

struct addrset_range addrset_range_of(const struct ipaddr *ip, unsigned prefix_bits)
{
	const unsigned width = ipaddr_width(ip);
	struct addrset_range range = { 0 };
	for (unsigned i = 0; i < width / 8; i++)
		range.first = range.first << 8 | ip->bytes[i];
	const unsigned host_bits = width - prefix_bits;
	const addrset_number hosts =
	        host_bits == 128 ? ~(addrset_number)0 : ((addrset_number)1 << host_bits) - 1;
	range.first &= ~hosts;
	range.last = range.first | hosts;
	return range;
}

static bool has_room(struct addrset *s)
{
	if (s->failed || s->n < s->capacity)
		return !s->failed;
	size_t capacity = s->capacity ? s->capacity * 2 : RANGES_LEAST;
	struct addrset_range *at = reallocarray(s->at, capacity, sizeof *at);
	s->failed = !at;
	if (!at)
		return false;
	s->at = at;
	s->capacity = capacity;
	return true;
}

void addrset_append(struct addrset *s, struct addrset_range range)
{
	if (has_room(s))
		s->at[s->n++] = range;
}

static int compare(const void *a, const void *b)
{
	const struct addrset_range *x = a, *y = b;
	return x->first < y->first ? -1 : x->first > y->first;
}

static bool is_sorted(const struct addrset *s)
{
	for (size_t i = 1; i < s->n; i++)
		if (s->at[i].first < s->at[i - 1].first)
			return false;
	return true;
}

void addrset_sort(struct addrset *s)
{
	size_t n = 0;
	if (!is_sorted(s))
		qsort(s->at, s->n, sizeof *s->at, compare);
	for (size_t i = 0; i < s->n; i++) {
		if (n && s->at[i].first <= s->at[n - 1].last + 1 && s->at[n - 1].last + 1 != 0) {
			if (s->at[i].last > s->at[n - 1].last)
				s->at[n - 1].last = s->at[i].last;
			continue;
		}
		s->at[n++] = s->at[i];
	}
	s->n = n;
}

/* The first range that does not end before the address. */
static size_t find(const struct addrset *s, addrset_number address)
{
	size_t low = 0, high = s->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (s->at[middle].last < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void addrset_cut(struct addrset *from, struct addrset_range range, struct addrset *out)
{
	size_t i = find(from, range.first);
	if (i == from->n || from->at[i].first > range.last)
		return;
	if (from->at[i].first < range.first) {
		/* what stays before the cut becomes a range of its own */
		addrset_append(from, (struct addrset_range){ 0 });
		if (from->failed)
			return;
		memmove(&from->at[i + 1], &from->at[i], (from->n - 1 - i) * sizeof *from->at);
		from->at[i].last = range.first - 1;
		from->at[++i].first = range.first;
	}
	size_t n_whole = 0;
	for (; i + n_whole < from->n && from->at[i + n_whole].last <= range.last; n_whole++)
		addrset_append(out, from->at[i + n_whole]);
	if (i + n_whole < from->n && from->at[i + n_whole].first <= range.last) {
		addrset_append(
		        out, (struct addrset_range){ from->at[i + n_whole].first, range.last });
		from->at[i + n_whole].first = range.last + 1;
	}
	from->n -= n_whole;
	if (n_whole)
		memmove(&from->at[i], &from->at[i + n_whole], (from->n - i) * sizeof *from->at);
}

void addrset_unite(struct addrset *s, struct addrset *from)
{
	if (!s->n) {
		struct addrset empty = *s;
		*s = *from;
		s->failed |= empty.failed;
		*from = empty;
		from->n = 0;
		return;
	}
	for (size_t i = 0; i < from->n; i++)
		addrset_append(s, from->at[i]);
	addrset_sort(s);
	s->failed |= from->failed;
	from->n = 0;
}

addrset_number addrset_count(const struct addrset *s)
{
	const addrset_number all = ~(addrset_number)0;
	addrset_number n = 0;
	for (size_t i = 0; i < s->n; i++) {
		addrset_number more = s->at[i].last - s->at[i].first;
		if (more == all)
			return all;
		n += more + 1;
	}
	return n;
}

static unsigned trailing_zeros(addrset_number n, unsigned width)
{
	unsigned bits = 0;
	while (bits < width && !(n >> bits & 1))
		bits++;
	return bits;
}

unsigned addrset_next_network(struct addrset_range range, unsigned width, addrset_number *last)
{
	unsigned host_bits = trailing_zeros(range.first, width);
	for (;; host_bits--) {
		*last = host_bits == 128 ? ~(addrset_number)0
		                         : range.first + (((addrset_number)1 << host_bits) - 1);
		if (*last <= range.last)
			return width - host_bits;
	}
}

struct net addrset_net(addrset_number first, unsigned prefix_bits, unsigned width)
{
	struct net net = { .ip.family = width == 32 ? IPFAMILY_4 : IPFAMILY_6,
		.prefix_bits = prefix_bits };
	for (unsigned i = 0; i < width / 8; i++)
		net.ip.bytes[i] = (uint8_t)(first >> (width - 8 - 8 * i));
	return net;
}

void addrset_put_number(struct textbuf *out, addrset_number n)
{
	char digits[40], *at = digits + sizeof digits;
	do
		*--at = (char)('0' + (unsigned)(n % 10));
	while (n /= 10);
	textbuf_put(out, at, (size_t)(digits + sizeof digits - at));
}
