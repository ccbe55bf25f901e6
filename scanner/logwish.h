/* logwish.h - what the command line says of mail logs, as what logs/ takes: for `scan --log` and
 * `extract`. The options must outlive it. Main thread. */
#ifndef SCANNER_LOGWISH_H
#define SCANNER_LOGWISH_H

#include "dns/netset.h"
#include "logs/logfiles.h"
#include "scanner/options.h"

struct logwish {
	struct logfiles_config config;
	struct netset trusted;
	char command[64];
};

/* `command` is the name of the command. False after telling the user a mistake; logwish_fini()
 * follows either way. */
bool logwish_init(struct logwish *w, const struct options *options, const char *command);
void logwish_fini(struct logwish *w);

#endif
