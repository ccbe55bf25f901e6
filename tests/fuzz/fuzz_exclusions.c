/* fuzz_exclusions.c - any octets as an --exclude file: what it names is excluded, with what is
 * beneath it, and can be written down again as a file that says the same. */
#include "memfile.h"

#include "resolver/exclusions.h"

#include <stdlib.h>
#include <string.h>

/* Writes the list down as a user would, one a line. */
static void put_list(FILE *out, const struct exclusions *x)
{
	struct dname name;
	char text[DNAME_TEXT_BYTES], net[NET_TEXT_BYTES];
	for (size_t at = 0; nameset_next(&x->names, &at, &name);)
		fprintf(out, "%s\n", dname_text(&name, text));
	for (size_t i = 0; i < x->networks.n_nets; i++)
		fprintf(out, "%s\n", net_text(&x->networks.nets[i], net));
}

/* A name that is listed, one beneath it; a listed network, its address, its reverse zones. */
static void check_list(const struct exclusions *x)
{
	struct dname name;
	for (size_t at = 0; nameset_next(&x->names, &at, &name);) {
		require(name.size > 1 && exclusions_hold_name(x, &name));
		if (name.size + 2 > DNAME_MAX_BYTES)
			continue;
		memmove(name.wire + 2, name.wire, name.size);
		memcpy(name.wire, "\1x", 2);
		name.size = (uint8_t)(name.size + 2);
		require(exclusions_hold_name(x, &name));
	}
	for (size_t i = 0; i < x->networks.n_nets; i++) {
		const struct net *net = &x->networks.nets[i];
		require(net->prefix_bits && netset_holds(&x->networks, net) &&
		        exclusions_hold_address(x, &net->ip));
		unsigned n = 0;
		for (; net_reverse(&name, net, n); n++)
			require(exclusions_hold_name(x, &name));
		require(n >= 1 && n <= 128);
	}
}

static void check_again(const struct exclusions *x)
{
	char *text = NULL;
	size_t size = 0;
	struct memfile file;
	FILE *out = open_memstream(&text, &size);
	require(out);
	put_list(out, x);
	require(!fclose(out));
	memfile_open(&file, text, size);
	struct exclusions *again = exclusions_read(file.path);
	require(again && again->names.n_names == x->names.n_names &&
	        again->networks.n_nets == x->networks.n_nets);
	check_list(again);
	exclusions_free(again);
	memfile_close(&file);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memfile file;
	memfile_open(&file, data, size);
	struct exclusions *x = exclusions_read(file.path);
	tell_outcome(!x                                          ? "refused"
	                : x->names.n_names && x->networks.n_nets ? "both"
	                : x->names.n_names                       ? "names"
	                : x->networks.n_nets                     ? "networks"
	                                                         : "empty");
	if (x) {
		check_list(x);
		check_again(x);
	}
	exclusions_free(x);
	memfile_close(&file);
	return 0;
}
