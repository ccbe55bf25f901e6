/* hash.c - libsodium's SipHash-2-4 under one key per process.
 *
 * The key is one of the few mutable file-scope variables: it is written by hash_init() before
 * threads start and only read afterwards. Handing it down instead would put it into every table for
 * no gain. */
#include "base/hash.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static unsigned char key[crypto_shorthash_KEYBYTES];

void hash_init(void)
{
	/* Without randomness every table would be open to prepared collisions, and query ids to
	 * forgery: no way to go on. */
	if (sodium_init() < 0)
		abort();
	randombytes_buf(key, sizeof(key));
}

static uint64_t siphash(
        const void *bytes, size_t size, const unsigned char under[crypto_shorthash_KEYBYTES])
{
	_Static_assert(crypto_shorthash_BYTES == sizeof(uint64_t), "SipHash-2-4 gives 64 bits");
	uint64_t value;
	unsigned char out[crypto_shorthash_BYTES];
	crypto_shorthash(out, bytes, size, under);
	memcpy(&value, out, sizeof(value));
	return value;
}

uint64_t hash_bytes(const void *bytes, size_t size)
{
	return siphash(bytes, size, key);
}

uint64_t hash_stable(const void *bytes, size_t size)
{
	static const unsigned char fixed[crypto_shorthash_KEYBYTES] = "spfsweep stable";
	return siphash(bytes, size, fixed);
}

const char *hash_library_version(void)
{
	return sodium_version_string();
}
