/* echo.c - questions compared octet by octet, and the letters of names in mixed case (0x20). */
#include "resolver/forward/echo.h"

enum { CLASS_IN = 1, RCODE_FORMERR = 1, RCODE_NOTIMP = 4, BIT_QR = 0x80, BIT_CASE = 0x20 };

static bool is_letter(uint8_t octet)
{
	return (uint8_t)((octet | BIT_CASE) - 'a') < 26;
}

/* The letters of a name in turn take the bits in turn. Length octets are no letters: they are
 * under 64. */
void echo_mix_case(uint8_t *octets, size_t size, uint64_t bits)
{
	if (!bits)
		return;
	for (size_t i = 0; i < size; i++) {
		if (!is_letter(octets[i]))
			continue;
		octets[i] = (uint8_t)((octets[i] & ~BIT_CASE) | (bits & 1 ? 0 : BIT_CASE));
		bits = bits >> 1 | bits << 63;
	}
}

static unsigned u16_at(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static bool is_same_name(const uint8_t *octets, const struct dname *qname, uint64_t bits)
{
	for (size_t i = 0; i < qname->size; i++) {
		uint8_t expected = qname->wire[i], got = octets[i];
		if (is_letter(expected)) {
			if (bits) {
				expected = (uint8_t)((expected & ~BIT_CASE) |
				        (bits & 1 ? 0 : BIT_CASE));
				bits = bits >> 1 | bits << 63;
			} else {
				got |= BIT_CASE;
			}
		}
		if (got != expected)
			return false;
	}
	return true;
}

enum echo echo_check(const uint8_t *packet, size_t size, const struct dname *qname,
        enum rrtype type, uint64_t bits)
{
	if (size < ECHO_HEADER_BYTES || !(packet[2] & BIT_QR))
		return ECHO_OTHER;
	unsigned rcode = packet[3] & 0x0f, n_questions = u16_at(packet + 4);
	if (n_questions == 0 && (rcode == RCODE_FORMERR || rcode == RCODE_NOTIMP))
		return ECHO_BARE_ERROR;
	if (n_questions != 1 || size < ECHO_HEADER_BYTES + qname->size + 4u)
		return ECHO_OTHER;
	const uint8_t *behind = packet + ECHO_HEADER_BYTES + qname->size;
	bool same = is_same_name(packet + ECHO_HEADER_BYTES, qname, bits) &&
	        u16_at(behind) == (unsigned)type && u16_at(behind + 2) == CLASS_IN;
	return same ? ECHO_ANSWER : ECHO_OTHER;
}
