/* digest.h - SHA-256 of a stream of octets, for files that people want to recognise later
 * (`sha256sum` gives the same).
 *
 * nettle and not libsodium, whose SHA-256 is portable C: nettle uses the processor's instructions,
 * 1 500 against 320 MB/s where this was measured, and libunbound brings it along anyway. A digest
 * belongs to one thread at a time. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>

/* 64 hexadecimal digits and a NUL. */
#define DIGEST_TEXT_BYTES 65

struct digest;

/* Of nothing yet. NULL: no memory. */
struct digest *digest_new(void);
/* Takes NULL. */
void digest_free(struct digest *d);

/* Any number of octets, also none. Takes NULL, and then does nothing: who hashes only sometimes
 * need not ask. */
void digest_add(struct digest *d, const void *bytes, size_t size);

/* Of all that was added so far; more may be added afterwards. Returns `text`. */
char *digest_text(const struct digest *d, char text[DIGEST_TEXT_BYTES]);

#define DIGEST_VERSION_BYTES 24
/* The version of nettle that is loaded, as "3.8". Returns `text`. Any thread. */
char *digest_library_version(char text[DIGEST_VERSION_BYTES]);

#endif
