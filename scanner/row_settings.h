/* row_settings.h - what is the same for every row of a run. */
#ifndef SCANNER_ROW_SETTINGS_H
#define SCANNER_ROW_SETTINGS_H

#include "checks/ask.h"
#include "resolver/exclusions.h"
#include "scanner/options.h"
#include "spf/request.h"

#include <stdbool.h>
#include <stdint.h>

/* Const while rows run. */
struct row_settings {
	unsigned checks;         /* enum check */
	const struct asks *asks; /* NULL: none */
	bool explain, dnssec, mx_ptr;
	const char *receiver;
	uint64_t deadline_ns;
	struct spf_limits limits;
	const struct exclusions *exclusions; /* NULL: none */
};

/* From the options, whose texts must outlive it. */
void row_settings_init(struct row_settings *settings, const struct options *options);

#endif
