/* digest.c - SHA-256 of a stream of octets, by nettle. */
#include "base/digest.h"

#include <nettle/sha2.h>
#include <nettle/version.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct digest {
	struct sha256_ctx context;
};

struct digest *digest_new(void)
{
	struct digest *d = malloc(sizeof *d);
	if (d)
		sha256_init(&d->context);
	return d;
}

void digest_free(struct digest *d)
{
	free(d);
}

void digest_add(struct digest *d, const void *bytes, size_t size)
{
	if (d && size)
		sha256_update(&d->context, size, bytes);
}

char *digest_text(const struct digest *d, char text[DIGEST_TEXT_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	struct sha256_ctx so_far = d->context; /* taking the digest ends a context */
	uint8_t octets[SHA256_DIGEST_SIZE];
	sha256_digest(&so_far, sizeof octets, octets);
	for (size_t i = 0; i < sizeof octets; i++) {
		text[2 * i] = digits[octets[i] >> 4];
		text[2 * i + 1] = digits[octets[i] & 15];
	}
	text[DIGEST_TEXT_BYTES - 1] = 0;
	return text;
}

char *digest_library_version(char text[DIGEST_VERSION_BYTES])
{
	snprintf(text, DIGEST_VERSION_BYTES, "%d.%d", nettle_version_major(),
	        nettle_version_minor());
	return text;
}
