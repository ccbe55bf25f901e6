/* question_match.c - octet by octet, letters in the case that was sent (0x20). */
#include "resolver/forward/question_match.h"

enum { CLASS_IN = 1, RCODE_FORMERR = 1, RCODE_NOTIMP = 4, BIT_QR = 0x80, BIT_CASE = 0x20 };

static bool is_letter(uint8_t octet)
{
	return (uint8_t)((octet | BIT_CASE) - 'a') < 26;
}

/* Length octets are never taken for letters: they are
 * under 64. */
void question_match_mix_case(uint8_t *octets, size_t size, uint64_t bits)
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

enum question_match question_match(const uint8_t *packet, size_t size, const struct dname *qname,
        enum rrtype type, uint64_t bits)
{
	if (size < QUESTION_MATCH_HEADER_BYTES || !(packet[2] & BIT_QR))
		return QUESTION_MATCH_NONE;
	unsigned rcode = packet[3] & 0x0f, n_questions = u16_at(packet + 4);
	if (n_questions == 0 && (rcode == RCODE_FORMERR || rcode == RCODE_NOTIMP))
		return QUESTION_MATCH_EMPTY;
	if (n_questions != 1 || size < QUESTION_MATCH_HEADER_BYTES + qname->size + 4u)
		return QUESTION_MATCH_NONE;
	const uint8_t *behind = packet + QUESTION_MATCH_HEADER_BYTES + qname->size;
	bool same = is_same_name(packet + QUESTION_MATCH_HEADER_BYTES, qname, bits) &&
	        u16_at(behind) == (unsigned)type && u16_at(behind + 2) == CLASS_IN;
	return same ? QUESTION_MATCH : QUESTION_MATCH_NONE;
}
