/* ede.h - Extended DNS Errors (RFC 8914): why an upstream failed, in its own words.
 *
 * They stand in the options of an OPT. Nothing is decided by them: any octets may come, from
 * anybody. Pure. */
#ifndef DNS_EDE_H
#define DNS_EDE_H

#include <stddef.h>
#include <stdint.h>

/* Appends the errors in an OPT's rdata to the text at `out` of `out_bytes` octets with its final
 * zero: "the upstream says: No Reachable Authority (at delegation example.com), DNSSEC Bogus".
 * ", " stands before it when there was a text. An error that is there twice is told once, and what
 * finds no room is left out. Octets of the extra text that are no printable ASCII become '?'. */
void ede_append(char *out, size_t out_bytes, const uint8_t *rdata, size_t size);

#endif
