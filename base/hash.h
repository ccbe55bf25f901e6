/* hash.h - a keyed hash for tables whose keys come from strangers.
 *
 * SipHash-2-4 of libsodium with a random key, so that nobody can prepare names that collide. The
 * values of hash_bytes() differ from run to run: never print, store or order by them. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Draws the key; call once, before threads start. Tests may call it again. */
void hash_init(void);

/* A key of one's own in place of a drawn one: for tests and simulations that must run the same each
 * time. Before threads start. */
void hash_init_with(uint64_t seed);

/* Any thread, after hash_init(). */
uint64_t hash_bytes(const void *bytes, size_t size);

/* The same with 128 bits, by the variant of SipHash for that: enough to tell texts apart without
 * comparing them. Any thread, after hash_init(). */
void hash_wide(uint64_t out[2], const void *bytes, size_t size);

/* With a fixed key: a fingerprint that may be stored. Any thread. */
uint64_t hash_stable(const void *bytes, size_t size);

/* A keyed hash that nobody without the key can make or find again: BLAKE2b, 128 bits, as 32
 * hexadecimal digits with a NUL. A key of any size. Any thread. */
enum { HASH_KEYED_TEXT_BYTES = 33 };
void hash_keyed(char text[HASH_KEYED_TEXT_BYTES], const void *secret, size_t secret_size,
        const void *bytes, size_t size);

/* The version of libsodium that is loaded. Any thread. */
const char *hash_library_version(void);

#endif
