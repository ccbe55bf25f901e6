/* headroom.c - asks the kernel for all of it at once and gives it back: trying is surer than
 * reading limits. Only file descriptors are counted. */
#include "scanner/headroom.h"

#include "base/message.h"
#include "resolver/engine.h"
#include "scanner/worker_resolver.h"

#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>

static bool limit_of(__rlimit_resource_t which, rlim_t *out)
{
	struct rlimit limit;
	*out = getrlimit(which, &limit) ? RLIM_INFINITY : limit.rlim_cur;
	return *out != RLIM_INFINITY;
}

/* ---- descriptors ---- */

/* Input, output, summary, the doorbells of threads that are no workers, and what libraries open for
 * a moment. */
enum { FDS_BESIDES = 12, FDS_COUNTED_MAX = 4096 };
/* A worker's event loop (epoll and a pipe) and doorbell, besides what its engine opens. */
enum { FDS_OF_WORKER = 4 };

static unsigned count_open(rlim_t limit)
{
	unsigned n = 0;
	for (int fd = 0; fd < FDS_COUNTED_MAX && (rlim_t)fd < limit; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static unsigned worker_fds(const struct options *options, bool least)
{
	const struct engine_type *engine = options->engine;
	return FDS_OF_WORKER +
	        engine_fds(least ? &engine->fds_least : &engine->fds_usual, options->upstreams.n);
}

static bool fit_descriptors(struct options *options)
{
	rlim_t allowed;
	options->resolver_fds = 0;
	if (!limit_of(RLIMIT_NOFILE, &allowed))
		return true;
	unsigned used = count_open(allowed) + FDS_BESIDES, usual = worker_fds(options, false),
	         least = worker_fds(options, true);
	rlim_t left = allowed > used ? allowed - used : 0,
	       n = left / (options->engine->saves_fds ? least : usual);
	if (n == 0 && left >= least)
		n = 1;
	if (n == 0) {
		message(MESSAGE_ERROR,
		        "file descriptors: %llu allowed, %u needed; raise `ulimit -n`%s",
		        (unsigned long long)allowed, used + least,
		        options->upstreams.n > 1 ? ", or use fewer --upstream" : "");
		return false;
	}
	unsigned wanted = options->workers, needed = used + wanted * usual;
	options->workers = n < wanted ? (unsigned)n : wanted;
	rlim_t share = left / options->workers;
	options->resolver_fds = (share < 1u << 20 ? (unsigned)share : 1u << 20) - FDS_OF_WORKER;
	if (options->workers < wanted || share < usual)
		message(MESSAGE_WARNING,
		        "file descriptors: %llu allowed, %u needed; going on with %u of %u "
		        "workers%s (raise `ulimit -n`)",
		        (unsigned long long)allowed, needed, options->workers, wanted,
		        share < usual ? " and fewer sockets" : "");
	return true;
}

/* ---- memory ---- */

/* Found by running with less and less (tests/blackbox/test_limits.py): what is in use before the
 * first row, and what a row in flight and its questions may need beyond that. */
enum {
	COMMON_MIB = 32,
	RESERVE_MIB = 14,
	QUESTIONS_OF_ROW = 6,
	WINDOW_ROW_BYTES = 24,
	IN_FLIGHT_USUAL = 2000,
	OTHER_THREADS = 2,
	STACK_MIB = 8,
	/* The memo's table, which is there from the start, takes no more than this part of it. */
	MEMO_TABLE_PART = 5
};

bool headroom_has(size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return at != MAP_FAILED && !munmap(at, bytes);
}

size_t headroom_reserve_bytes(const struct options *options, unsigned n_rows)
{
	size_t flight_bytes = (size_t)options->engine->flight_kib << 10;
	size_t n_flights = n_rows < options->in_flight / QUESTIONS_OF_ROW
	        ? (size_t)n_rows * QUESTIONS_OF_ROW
	        : options->in_flight;
	return options->workers * (((size_t)RESERVE_MIB << 20) + n_flights * flight_bytes);
}

static size_t stack_bytes(void)
{
	rlim_t limit;
	return limit_of(RLIMIT_STACK, &limit) ? limit : (size_t)STACK_MIB << 20;
}

static size_t needed_bytes(const struct options *options)
{
	size_t worker_mib = options->engine->worker_mib;
	return ((size_t)COMMON_MIB << 20) + (size_t)options->window_rows * WINDOW_ROW_BYTES +
	        options->workers *
	        ((worker_mib << 20) +
	                worker_memo_bytes(options, options->workers) / MEMO_TABLE_PART) +
	        (options->workers + OTHER_THREADS) * stack_bytes() +
	        headroom_reserve_bytes(options, options->in_flight);
}

/* What nobody asked for is a ceiling, and may be lower. */
static void lower_in_flight(struct options *options)
{
	if (options->in_flight != options->engine->in_flight_preset)
		return;
	while (options->in_flight > IN_FLIGHT_USUAL && !headroom_has(needed_bytes(options)))
		options->in_flight = options->in_flight / 2 > IN_FLIGHT_USUAL
		        ? options->in_flight / 2
		        : IN_FLIGHT_USUAL;
}

static bool fit_memory(struct options *options)
{
	lower_in_flight(options);
	unsigned wanted = options->workers;
	size_t wanted_mib = needed_bytes(options) >> 20;
	rlim_t limit;
	while (!headroom_has(needed_bytes(options)) && options->workers > 1)
		options->workers--;
	if (!headroom_has(needed_bytes(options))) {
		message(MESSAGE_ERROR,
		        "memory: %zu MiB needed, more than there is (ulimit -v, ulimit -d, free "
		        "memory); raise the limit, or use a smaller --in-flight or --window",
		        needed_bytes(options) >> 20);
		return false;
	}
	if (options->workers < wanted)
		message(MESSAGE_WARNING,
		        "memory: %zu MiB needed, more than there is (ulimit -v, ulimit -d, free "
		        "memory); going on with %u of %u workers",
		        wanted_mib, options->workers, wanted);
	/* glibc takes 128 MiB of addresses for the heap of each thread that allocates: where they
	 * are limited, all share one */
	if (limit_of(RLIMIT_AS, &limit) &&
	        !headroom_has(needed_bytes(options) +
	                (options->workers + OTHER_THREADS) * ((size_t)128 << 20)))
		mallopt(M_ARENA_MAX, 1);
	return true;
}

/* ---- threads ---- */

static void *wait_for_all(void *arg)
{
	pthread_mutex_lock(arg);
	pthread_mutex_unlock(arg);
	return NULL;
}

/* How many of `wanted` can run at once. */
static unsigned count_threads(unsigned wanted)
{
	pthread_t threads[OPTIONS_WORKERS_MAX + OTHER_THREADS];
	pthread_mutex_t all = PTHREAD_MUTEX_INITIALIZER;
	unsigned n = 0;
	pthread_mutex_lock(&all);
	while (n < wanted && !pthread_create(&threads[n], NULL, wait_for_all, &all))
		n++;
	pthread_mutex_unlock(&all);
	for (unsigned i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	pthread_mutex_destroy(&all);
	return n;
}

static bool fit_threads(struct options *options)
{
	unsigned n = count_threads(options->workers + OTHER_THREADS);
	if (n <= OTHER_THREADS) {
		message(MESSAGE_ERROR,
		        "threads: %u can be started, %u needed; raise `ulimit -u`, or the cgroup's "
		        "pids.max",
		        n, OTHER_THREADS + 1);
		return false;
	}
	if (n - OTHER_THREADS < options->workers)
		message(MESSAGE_WARNING,
		        "threads: %u can be started, %u needed; going on with %u of %u workers "
		        "(raise `ulimit -u`, or the cgroup's pids.max)",
		        n, options->workers + OTHER_THREADS, n - OTHER_THREADS, options->workers);
	options->workers =
	        n - OTHER_THREADS < options->workers ? n - OTHER_THREADS : options->workers;
	return true;
}

bool headroom_fit(struct options *options, bool with_threads)
{
	return fit_descriptors(options) && fit_memory(options) &&
	        (!with_threads || fit_threads(options));
}

void headroom_give_back(void)
{
	malloc_trim(0);
}
