/* netset.c - networks sorted and joined into ranges. */
#include "dns/netset.h"

#include <stdlib.h>
#include <string.h>

enum { ADDRESS_BYTES = 16 };

void netset_fini(struct netset *s)
{
	free(s->nets);
	free(s->ranges);
	*s = (struct netset){ 0 };
}

bool netset_add(struct netset *s, const struct net *net)
{
	if (s->n_nets == s->nets_capacity) {
		size_t capacity = 2 * s->nets_capacity + 64;
		struct net *nets = realloc(s->nets, capacity * sizeof *nets);
		if (!nets)
			return false;
		s->nets = nets;
		s->nets_capacity = capacity;
	}
	s->nets[s->n_nets++] = *net;
	return true;
}

static struct netset_range range_of(const struct net *net)
{
	struct netset_range r;
	memcpy(r.first, net->ip.bytes, ADDRESS_BYTES);
	memcpy(r.last, net->ip.bytes, ADDRESS_BYTES);
	for (unsigned bit = net->prefix_bits; bit < ipaddr_width(&net->ip); bit++) {
		r.first[bit / 8] = (uint8_t)(r.first[bit / 8] & ~(0x80 >> bit % 8));
		r.last[bit / 8] = (uint8_t)(r.last[bit / 8] | 0x80 >> bit % 8);
	}
	return r;
}

static int by_first(const void *a, const void *b)
{
	const struct netset_range *x = a, *y = b;
	return memcmp(x->first, y->first, ADDRESS_BYTES);
}

/* True when `next` begins within `r`, or right behind it. `width` is in octets. */
static bool touches(const struct netset_range *r, const struct netset_range *next, size_t width)
{
	uint8_t behind[ADDRESS_BYTES];
	memcpy(behind, r->last, ADDRESS_BYTES);
	for (size_t i = width; i-- > 0 && ++behind[i] == 0;)
		if (i == 0)
			return true; /* it ends with the last address there is */
	return memcmp(next->first, behind, ADDRESS_BYTES) <= 0;
}

/* Gives how many are left. */
static size_t join(struct netset_range *ranges, size_t n, size_t width)
{
	size_t n_joined = 0;
	qsort(ranges, n, sizeof *ranges, by_first);
	for (size_t i = 0; i < n; i++) {
		struct netset_range *last = n_joined ? &ranges[n_joined - 1] : NULL;
		if (!last || !touches(last, &ranges[i], width))
			ranges[n_joined++] = ranges[i];
		else if (memcmp(ranges[i].last, last->last, ADDRESS_BYTES) > 0)
			memcpy(last->last, ranges[i].last, ADDRESS_BYTES);
	}
	return n_joined;
}

bool netset_seal(struct netset *s)
{
	if (!s->n_nets)
		return true;
	s->ranges = malloc(s->n_nets * sizeof *s->ranges);
	if (!s->ranges)
		return false;
	size_t n_4 = 0, n_6 = 0;
	for (size_t i = 0; i < s->n_nets; i++)
		if (s->nets[i].ip.family == IPFAMILY_4)
			s->ranges[n_4++] = range_of(&s->nets[i]);
	s->n_ranges_4 = join(s->ranges, n_4, 4);
	for (size_t i = 0; i < s->n_nets; i++)
		if (s->nets[i].ip.family == IPFAMILY_6)
			s->ranges[s->n_ranges_4 + n_6++] = range_of(&s->nets[i]);
	s->n_ranges_6 = n_6 ? join(s->ranges + s->n_ranges_4, n_6, ADDRESS_BYTES) : 0;
	return true;
}

bool netset_holds(const struct netset *s, const struct net *net)
{
	bool is_4 = net->ip.family == IPFAMILY_4;
	size_t low = 0, high = is_4 ? s->n_ranges_4 : s->n_ranges_6;
	if (!high || net->ip.family == IPFAMILY_NONE)
		return false;
	const struct netset_range *ranges = s->ranges + (is_4 ? 0 : s->n_ranges_4);
	struct netset_range r = range_of(net);
	while (low < high) { /* to the first range that begins behind it */
		size_t middle = low + (high - low) / 2;
		if (memcmp(ranges[middle].first, r.first, ADDRESS_BYTES) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 && memcmp(ranges[low - 1].last, r.last, ADDRESS_BYTES) >= 0;
}

bool netset_holds_address(const struct netset *s, const struct ipaddr *ip)
{
	return netset_holds(s, &(struct net){ .ip = *ip, .prefix_bits = ipaddr_width(ip) });
}
