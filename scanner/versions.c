/* versions.c - the program and its libraries. */
#include "scanner/versions.h"

#include "base/digest.h"
#include "base/hash.h"
#include "base/loop.h"
#include "base/version.h"
#include "dns/idna.h"
#include "io/bgzf.h"
#include "io/igzip.h"
#include "io/source.h"
#include "maillog/journal.h"
#include "resolver/engines.h"

#include <stddef.h>

static const char *program(void)
{
	return SPFSWEEP_VERSION;
}

static const char *nettle(void)
{
	static char text[DIGEST_VERSION_BYTES];
	return digest_library_version(text);
}

static const char *libunbound(void)
{
	return engines_library_version("libunbound");
}

static const struct version versions[] = {
	{ "spfsweep", program },
	{ "libunbound", libunbound },
	{ "libevent", loop_library_version },
	{ "zlib", source_library_version },
	{ "isal", igzip_library_version },
	{ "libdeflate", bgzf_library_version },
	{ "libidn2", idna_library_version },
	{ "jansson", journal_library_version },
	{ "libsodium", hash_library_version },
	{ "nettle", nettle },
};

const struct version *version_at(unsigned i)
{
	return i < sizeof versions / sizeof versions[0] ? &versions[i] : NULL;
}
