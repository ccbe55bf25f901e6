/* authority_tell.c - an authority in words and numbers, and the end of its memory. */
#include "checks/authority.h"

#include <stdlib.h>

enum { PIECES_KEPT = 512, TERM_MAX_BYTES = 1000 };

void authority_fini(struct authority *a)
{
	free(a->v4.at);
	free(a->v6.at);
	free(a->paths);
	*a = (struct authority){ 0 };
}

void authority_reset(struct authority *a)
{
	if (a->v4.capacity > PIECES_KEPT || a->v6.capacity > PIECES_KEPT ||
	        a->paths_capacity > PIECES_KEPT)
		authority_fini(a);
	a->v4.n = a->v6.n = 0;
	a->n_paths = 0;
	a->failed = false;
}

void authority_put_path(struct textbuf *out, const struct authority *a, uint32_t path)
{
	const struct authority_path *p = &a->paths[path];
	if (!path)
		return;
	authority_put_path(out, a, p->above);
	if (p->above)
		textbuf_put(out, " > ", 3);
	const bool is_long = p->term_size > TERM_MAX_BYTES;
	textbuf_put_escaped(out, p->term, is_long ? TERM_MAX_BYTES : p->term_size);
	if (is_long)
		textbuf_put(out, "...", 3);
}

const char *authority_verdict_text(unsigned verdict)
{
	return verdict == AUTHORITY_UNKNOWN ? "unknown"
	                                    : spf_verdict_text((enum spf_verdict)verdict);
}

addrset_number authority_count(
        const struct authority *a, const struct authority_family *family, unsigned mechanism)
{
	const unsigned shift = family->width == 32 ? 0 : 64;
	addrset_number n = 0, next = 0; /* the first that is not counted yet */
	for (size_t i = 0; i < family->n; i++) {
		const struct authority_piece *piece = &family->at[i];
		if (piece->verdict != SPF_PASS ||
		        (mechanism != AUTHORITY_MECHANISMS &&
		                a->paths[piece->path].mechanism != mechanism))
			continue;
		addrset_number first = piece->range.first >> shift,
		               last = piece->range.last >> shift;
		first = first < next ? next : first;
		n += first > last ? 0 : last - first + 1;
		next = last + 1;
	}
	return n;
}
