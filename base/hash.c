/* hash.c - libsodium's SipHash-2-4 with one key for the process.
 *
 * The key is one of the few mutable file-scope variables: hash_init() or hash_init_with() writes it
 * before threads start. */
#include "base/hash.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static unsigned char key[crypto_shorthash_KEYBYTES];

void hash_init(void)
{
	/* Without random numbers collisions could be prepared, and query ids guessed. */
	if (sodium_init() < 0)
		abort();
	randombytes_buf(key, sizeof(key));
}

void hash_init_with(uint64_t seed)
{
	if (sodium_init() < 0)
		abort();
	memset(key, 0, sizeof(key));
	memcpy(key, &seed, sizeof(seed));
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

void hash_wide(uint64_t out[2], const void *bytes, size_t size)
{
	_Static_assert(crypto_shorthash_siphashx24_BYTES == 2 * sizeof out[0], "128 bits");
	_Static_assert(crypto_shorthash_siphashx24_KEYBYTES == sizeof key, "the same key");
	crypto_shorthash_siphashx24((unsigned char *)out, bytes, size, key);
}

uint64_t hash_stable(const void *bytes, size_t size)
{
	static const unsigned char fixed[crypto_shorthash_KEYBYTES] = "spfsweep stable";
	return siphash(bytes, size, fixed);
}

/* A key is hashed first, since BLAKE2b's has a size of its own. */
void hash_keyed(char text[HASH_KEYED_TEXT_BYTES], const void *secret, size_t secret_size,
        const void *bytes, size_t size)
{
	unsigned char under[crypto_generichash_KEYBYTES], out[crypto_generichash_BYTES_MIN];
	_Static_assert(2 * sizeof out + 1 == HASH_KEYED_TEXT_BYTES, "two digits an octet");
	crypto_generichash(under, sizeof under, secret, secret_size, NULL, 0);
	crypto_generichash(out, sizeof out, bytes, size, under, sizeof under);
	sodium_bin2hex(text, HASH_KEYED_TEXT_BYTES, out, sizeof out);
}

const char *hash_library_version(void)
{
	return sodium_version_string();
}
