/* cmd_extract.c - `spfsweep extract`: mail logs in, pairs out. */
#include "base/error.h"
#include "base/exit_status.h"
#include "base/message.h"
#include "cli/commands.h"
#include "cli/outfile.h"
#include "io/source.h"
#include "logs/extract.h"
#include "scanner/filenames.h"
#include "scanner/logwish.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

enum { KEY_MIN_BYTES = 16, KEY_MAX_BYTES = 4096 };

/* Set by signals, which end the reading; the rows so far are written. */
static volatile bool stopped;

static void on_signal(int number)
{
	(void)number;
	struct sigaction end = { .sa_handler = SIG_DFL };
	stopped = true;
	sigaction(SIGINT, &end, NULL);
	sigaction(SIGTERM, &end, NULL);
}

static void take_signals(void)
{
	struct sigaction stop = { .sa_handler = on_signal }, ignore = { .sa_handler = SIG_IGN };
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

/* A key that can be guessed protects nobody. */
static bool read_key(char key[KEY_MAX_BYTES], struct pairs_key *pairs_key, const char *path)
{
	struct source *source;
	if (source_open(&source, path)) {
		message(MESSAGE_ERROR, "--hash-local-part %s: %s", path, strerror(errno));
		return false;
	}
	size_t size = 0, n;
	while (size < KEY_MAX_BYTES &&
	        (n = source_read(source, key + size, KEY_MAX_BYTES - size, NULL)) > 0)
		size += n;
	source_close(source);
	*pairs_key = (struct pairs_key){ key, size };
	if (size >= KEY_MIN_BYTES)
		return true;
	message(MESSAGE_ERROR,
	        "--hash-local-part %s: a key has %d octets or more; type: head -c 32 /dev/urandom "
	        "> KEYFILE",
	        path, KEY_MIN_BYTES);
	return false;
}

/* Groups are written when the log ends. */
static bool may_group(const struct logfiles *log)
{
	if (!logfiles_has_pipe(log))
		return true;
	message(MESSAGE_ERROR,
	        "--unique needs files: a pipe may never end, and groups are written at the end");
	return false;
}

static int extract(
        struct logfiles *log, const struct extract_config *config, const struct options *o)
{
	struct textout *out;
	uint64_t n_rows;
	if (config->unique && !may_group(log))
		return EXIT_USAGE;
	int status = outfile_open(&out, o);
	if (status != EXIT_DONE)
		return status;
	logfiles_tell_begin(log);
	take_signals();
	bool whole = extract_run(log, out, config, &n_rows, &stopped);
	status = outfile_close(out, o->output);
	logfiles_tell(log);
	message(MESSAGE_INFO, "%llu rows%s", (unsigned long long)n_rows,
	        whole ? "" : "; stopped before the end");
	return whole ? status : EXIT_STOPPED;
}

/* In groups the sender is its domain alone, unless the user wants more. */
static enum pairs_sender sender_of(const struct options *o)
{
	return o->hash_key                          ? PAIRS_SENDER_HASHED
	        : o->unique && !o->send_local_parts ? PAIRS_SENDER_DOMAIN
	                                            : PAIRS_SENDER;
}

int cmd_extract(const struct options *options, char **operands, unsigned n_operands)
{
	struct options o = *options;
	struct logwish wish;
	char key[KEY_MAX_BYTES];
	struct extract_config config = { .unique = o.unique,
		.memory_bytes = (size_t)o.memory_mib << 20,
		.sender = sender_of(&o) };
	bool is_wrong = true;
	o.inputs = operands;
	o.n_inputs = n_operands;
	if (!filenames_allow(&o) || (o.hash_key && !read_key(key, &config.key, o.hash_key)))
		return EXIT_USAGE;
	struct logfiles *log = NULL;
	if (logwish_init(&wish, &o, "extract")) {
		wish.config.sender = config.sender;
		wish.config.key = config.key;
		log = logfiles_open(&wish.config, &is_wrong);
	}
	int status = log ? extract(log, &config, &o) : is_wrong ? EXIT_USAGE : EXIT_STOPPED;
	logfiles_close(log);
	logwish_fini(&wish);
	return status;
}
