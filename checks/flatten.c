/* flatten.c - ranges into the largest networks that fill them. */
#include "checks/flatten.h"

static bool is_same(const struct authority_piece *a, const struct authority_piece *b)
{
	return a->path == b->path && a->verdict == b->verdict && a->depends == b->depends;
}

/* How many addresses less one, so that all of IPv6 can be told. */
static addrset_number size_of(const struct authority_family *family, size_t first)
{
	addrset_number size = 0;
	for (size_t i = first; i < family->n; i++)
		if (is_same(&family->at[i], &family->at[first]))
			size += family->at[i].range.last - family->at[i].range.first;
	return size;
}

/* The result of most addresses lies in the largest piece, or nearly: there are few kinds of large
 * ones. */
static const struct authority_piece *find_rest(const struct authority_family *family)
{
	enum { LOOKED_AT = 8 };
	const struct authority_piece *best = NULL;
	addrset_number best_size = 0;
	addrset_number below = ~(addrset_number)0;
	for (unsigned n = 0; n < LOOKED_AT; n++) {
		const struct authority_piece *largest = NULL;
		addrset_number largest_size = 0;
		for (size_t i = 0; i < family->n; i++) {
			const struct authority_piece *piece = &family->at[i];
			const addrset_number size = piece->range.last - piece->range.first;
			if (piece->verdict == SPF_PASS || size > below || (n && size == below) ||
			        (largest && size <= largest_size))
				continue;
			largest = piece;
			largest_size = size;
		}
		if (!largest)
			break;
		below = largest_size;
		const addrset_number whole = size_of(family, (size_t)(largest - family->at));
		if (!best || whole > best_size) {
			best = largest;
			best_size = whole;
		}
	}
	return best;
}

void flatten_begin(struct flatten *f, const struct authority_family *family)
{
	*f = (struct flatten){ .family = family, .rest = find_rest(family) };
	if (family->n)
		f->next = family->at[0].range.first;
}

bool flatten_next(struct flatten *f, struct net *net, const struct authority_piece **piece)
{
	const struct authority_family *family = f->family;
	while (f->at < family->n && f->rest && is_same(&family->at[f->at], f->rest)) {
		f->at++;
		f->next = f->at < family->n ? family->at[f->at].range.first : 0;
	}
	if (f->at == family->n) {
		if (f->is_over || !f->rest)
			return false;
		f->is_over = true;
		*net = addrset_net(0, 0, family->width);
		*piece = f->rest;
		return true;
	}
	addrset_number last;
	*piece = &family->at[f->at];
	const struct addrset_range left = { f->next, (*piece)->range.last };
	*net = addrset_net(
	        f->next, addrset_next_network(left, family->width, &last), family->width);
	f->next = last + 1;
	if (last == left.last)
		f->at++;
	return true;
}
