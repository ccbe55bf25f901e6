/* peer_libspf2.c - libspf2 over a file of pairs, as a program would use it that checks one message
 * after the other.
 *
 *     peer_libspf2 PAIRS RESULTS [THREADS]
 *     peer_libspf2 --version
 *
 * PAIRS is plain "domain,ip" with a header; RESULTS gets the same rows with the result, in our
 * words. The sender is postmaster@domain and the HELO name is the domain. libspf2 waits for every
 * DNS answer and asks whom /etc/resolv.conf names. Each thread has a server object of its own, with
 * libspf2's own cache before its resolver, and takes the next row that nobody has taken. One JSON
 * line on stderr tells the rows, what they cost, and for how many libspf2 had no result of RFC 7208
 * but "(invalid)": it says so when it cannot get a domain's record or cannot parse it. Whoever uses
 * it must tell the two by its error, and so do we: temperror and permerror. */
#include "base/clock.h"
#include "bench/textfile.h"

#include <arpa/nameser.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <spf2/spf.h>

#define THREADS_MAX 256
#define NO_DEBUG 0

struct pair {
	char *domain, *ip;
	SPF_result_t result;
};

struct job {
	struct textbuf text; /* the pairs point into it */
	struct pair *pairs;
	size_t n_pairs;
	atomic_size_t next, n_invalid;
};

static void die(const char *what, const char *why)
{
	fprintf(stderr, "peer_libspf2: %s: %s\n", what, why);
	exit(1);
}

/* ---- files ---- */

static void read_text(struct textbuf *text, const char *path)
{
	const char *wrong = textfile_read(text, path);
	if (wrong)
		die(path, wrong);
	textbuf_put_char(text, '\0');
	if (text->failed)
		die(path, "out of memory");
}

static void read_pairs(struct job *job, const char *path)
{
	read_text(&job->text, path);
	size_t n = 0;
	for (const char *at = job->text.bytes; (at = strchr(at, '\n')) != NULL; at++)
		n++;
	job->pairs = calloc(n + 1, sizeof *job->pairs);
	if (!job->pairs)
		die(path, "out of memory");
	char *rest = job->text.bytes;
	if (strcmp(strsep(&rest, "\n"), "domain,ip"))
		die(path, "does not begin with the line domain,ip");
	for (char *line; (line = strsep(&rest, "\n")) != NULL && *line;) {
		struct pair *pair = &job->pairs[job->n_pairs++];
		pair->domain = strsep(&line, ",");
		pair->ip = line;
		if (!pair->ip)
			die(pair->domain, "a row without an address");
	}
}

static const char *word_of(SPF_result_t result)
{
	switch (result) {
	case SPF_RESULT_NONE:
		return "none";
	case SPF_RESULT_NEUTRAL:
		return "neutral";
	case SPF_RESULT_PASS:
		return "pass";
	case SPF_RESULT_FAIL:
		return "fail";
	case SPF_RESULT_SOFTFAIL:
		return "softfail";
	case SPF_RESULT_TEMPERROR:
		return "temperror";
	case SPF_RESULT_PERMERROR:
		return "permerror";
	case SPF_RESULT_INVALID:
		break;
	}
	return "invalid"; /* not evaluated: libspf2 refuses the address or the name */
}

static void write_results(const struct job *job, const char *path)
{
	FILE *f = fopen(path, "we");
	if (!f)
		die(path, "cannot be written");
	fputs("domain,ip,result\n", f);
	for (size_t i = 0; i < job->n_pairs; i++)
		fprintf(f, "%s,%s,%s\n", job->pairs[i].domain, job->pairs[i].ip,
		        word_of(job->pairs[i].result));
	if (fclose(f))
		die(path, "cannot be written");
}

/* ---- libspf2 ---- */

static SPF_result_t result_of(struct job *job, SPF_errcode_t error, SPF_response_t *response)
{
	SPF_result_t result = SPF_response_result(response);
	if (result != SPF_RESULT_INVALID)
		return result;
	atomic_fetch_add(&job->n_invalid, 1);
	if (error == SPF_E_DNS_ERROR)
		return SPF_RESULT_TEMPERROR;
	return SPF_response_errors(response) ? SPF_RESULT_PERMERROR : SPF_RESULT_INVALID;
}

static SPF_result_t evaluate(struct job *job, SPF_server_t *server, const struct pair *pair)
{
	char sender[512];
	SPF_response_t *response = NULL;
	SPF_result_t result = SPF_RESULT_INVALID;
	SPF_request_t *request = SPF_request_new(server);
	if (!request)
		die("libspf2", "out of memory");
	bool is_ip6 = strchr(pair->ip, ':') != NULL;
	SPF_errcode_t failed =
	        (is_ip6 ? SPF_request_set_ipv6_str : SPF_request_set_ipv4_str)(request, pair->ip);
	snprintf(sender, sizeof sender, "postmaster@%s", pair->domain);
	if (!failed && !SPF_request_set_helo_dom(request, pair->domain) &&
	        !SPF_request_set_env_from(request, sender)) {
		SPF_errcode_t error = SPF_request_query_mailfrom(request, &response);
		if (response)
			result = result_of(job, error, response);
	}
	if (response)
		SPF_response_free(response);
	SPF_request_free(request);
	return result;
}

static void *work(void *arg)
{
	struct job *job = arg;
	SPF_server_t *server = SPF_server_new(SPF_DNS_CACHE, NO_DEBUG);
	if (!server)
		die("libspf2", "no server object");
	for (size_t i; (i = atomic_fetch_add(&job->next, 1)) < job->n_pairs;)
		job->pairs[i].result = evaluate(job, server, &job->pairs[i]);
	SPF_server_free(server);
	return NULL;
}

static void run(struct job *job, unsigned n_threads)
{
	pthread_t threads[THREADS_MAX];
	for (unsigned i = 0; i < n_threads; i++)
		if (pthread_create(&threads[i], NULL, work, job))
			die("threads", "cannot be started");
	for (unsigned i = 0; i < n_threads; i++)
		pthread_join(threads[i], NULL);
}

static int print_version(void)
{
	int major, minor, patch;
	SPF_get_lib_version(&major, &minor, &patch);
	printf("libspf2 %d.%d.%d\n", major, minor, patch);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--version"))
		return print_version();
	unsigned n_threads = argc == 4 ? (unsigned)strtoul(argv[3], NULL, 10) : 1;
	if (argc < 3 || argc > 4 || n_threads < 1 || n_threads > THREADS_MAX) {
		fputs("usage: peer_libspf2 PAIRS RESULTS [THREADS]\n", stderr);
		return 2;
	}
	struct job job = { 0 };
	read_pairs(&job, argv[1]);
	uint64_t began_ns = clock_now_ns(), cpu_began_ns = clock_cpu_ns();
	run(&job, n_threads);
	uint64_t cpu_ns = clock_cpu_ns() - cpu_began_ns, wall_ns = clock_now_ns() - began_ns;
	write_results(&job, argv[2]);
	fprintf(stderr, "{\"rows\": %zu, \"invalid\": %zu, ", job.n_pairs,
	        atomic_load(&job.n_invalid));
	fprintf(stderr, "\"cpu\": %.6f, \"wall\": %.6f}\n", (double)cpu_ns / 1e9,
	        (double)wall_ns / 1e9);
	free(job.pairs);
	textbuf_fini(&job.text);
	return 0;
}
