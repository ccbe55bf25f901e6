/* filenames.c - by device and inode, so that links do not hide anything; of a file that does not
 * exist by the folder and the name in it. */
#include "scanner/filenames.h"

#include "base/json.h"
#include "base/message.h"
#include "scanner/sides.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A name, and the standard stream that "-" means there. */
struct filename {
	const char *path;
	int standard_fd;
};

/* So much of an old summary is looked at. */
enum { SUMMARY_BYTES = 16 << 10 };

static bool is_standard(const struct filename *f)
{
	return !strcmp(f->path, "-");
}

static const char *shown(const struct filename *f)
{
	return !is_standard(f)                   ? f->path
	        : f->standard_fd == STDIN_FILENO ? "standard input"
	                                         : "standard output";
}

static bool find(const struct filename *f, struct stat *st)
{
	return is_standard(f) ? !fstat(f->standard_fd, st) : !stat(f->path, st);
}

/* The folder of a path, and the name in it. */
static bool find_folder(const char *path, struct stat *st, const char **name)
{
	char folder[4096];
	const char *slash = strrchr(path, '/');
	*name = slash ? slash + 1 : path;
	size_t size = (size_t)(*name - path);
	if (size >= sizeof folder)
		return false;
	memcpy(folder, path, size);
	folder[size] = 0;
	return !stat(size ? folder : ".", st);
}

/* Neither exists: one of them would become the other. */
static bool would_be_same(const char *a, const char *b)
{
	struct stat x, y;
	const char *a_name, *b_name;
	return find_folder(a, &x, &a_name) && find_folder(b, &y, &b_name) && x.st_dev == y.st_dev &&
	        x.st_ino == y.st_ino && !strcmp(a_name, b_name);
}

static bool is_same(const struct filename *a, const struct filename *b)
{
	struct stat x, y;
	if (is_standard(a) && is_standard(b) && a->standard_fd == b->standard_fd)
		return true;
	bool a_is = find(a, &x), b_is = find(b, &y);
	if (a_is && b_is)
		return S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
	return !a_is && !b_is && !is_standard(a) && !is_standard(b) &&
	        would_be_same(a->path, b->path);
}

/* Of the writer (--output, --summary) and something else that a command line names. */
static bool differs(
        const char *writer, const char *written, const char *what, const struct filename *other)
{
	const struct filename target = { written, STDOUT_FILENO };
	if (!is_same(&target, other))
		return true;
	message(MESSAGE_ERROR, "the %s is %s, too (%s): choose another --%s", writer, what,
	        shown(other), writer);
	return false;
}

/* It must be nothing that is read: that would be emptied before it is read, or be read without
 * end. */
static bool is_only_written(const struct options *o, const char *writer, const char *path)
{
	const struct {
		const char *what, *path;
	} read[] = {
		{ "the file of --unbound-config", o->unbound_config },
		{ "the file of --trust-anchor", o->trust_anchor },
		{ "the file of --exclude", o->exclude },
		{ "the file of --replay", o->replay },
	};
	for (unsigned i = 0; i < o->n_inputs; i++)
		if (!differs(writer, path, "an input",
		            &(struct filename){ o->inputs[i], STDIN_FILENO }))
			return false;
	for (unsigned i = 0; i < o->upstreams.n_files; i++)
		if (!differs(writer, path, "a file of --upstreams",
		            &(struct filename){ o->upstreams.files[i], -1 }))
			return false;
	for (size_t i = 0; i < sizeof read / sizeof read[0]; i++)
		if (read[i].path &&
		        !differs(
		                writer, path, read[i].what, &(struct filename){ read[i].path, -1 }))
			return false;
	return true;
}

/* A summary takes the place of an older one, and of nothing else. */
static bool may_replace(const char *path)
{
	char text[SUMMARY_BYTES];
	struct stat st;
	if (!strcmp(path, "-") || stat(path, &st) || !S_ISREG(st.st_mode) || !st.st_size)
		return true;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? 0 : pread(fd, text, sizeof text, 0);
	if (fd >= 0)
		close(fd);
	if (size <= 0 || json_begins_object(text, (size_t)size))
		return true; /* one that cannot be read is told when it is opened */
	message(MESSAGE_ERROR,
	        "%s: not replaced: it is not empty, and no summary (a JSON object); choose another "
	        "--summary",
	        path);
	return false;
}

/* main() puts something that cannot be used in the place of a closed stream. */
static bool is_open(int fd, int useless_mode)
{
	int flags = fcntl(fd, F_GETFL);
	return flags >= 0 && (flags & O_ACCMODE) != useless_mode;
}

static bool are_usable(const struct options *o)
{
	for (unsigned i = 0; i < o->n_inputs; i++) {
		if (!o->inputs[i][0]) {
			message(MESSAGE_ERROR,
			        "an input has an empty name: '' is no file ('-' is standard "
			        "input)");
			return false;
		}
		if (!strcmp(o->inputs[i], "-") && !is_open(STDIN_FILENO, O_WRONLY)) {
			message(MESSAGE_ERROR,
			        "the input is standard input ('-'), which is closed");
			return false;
		}
	}
	const bool to_stdout = !strcmp(o->output, "-") || (o->summary && !strcmp(o->summary, "-"));
	if (!to_stdout || is_open(STDOUT_FILENO, O_RDONLY))
		return true;
	message(MESSAGE_ERROR, "standard output is closed: choose an --output");
	return false;
}

/* A file that is written, by the option that names it. */
struct written {
	const char *option, *path;
};

static unsigned find_written(struct written *files, const struct options *o)
{
	unsigned n = 0;
	/* a page is written in place of the output */
	files[n++] = o->html ? (struct written){ "html", o->html }
	                     : (struct written){ "output", o->output };
	if (o->summary)
		files[n++] = (struct written){ "summary", o->summary };
	for (enum side side = 0; side < SIDE_COUNT; side++)
		if (sides_path(o, side))
			files[n++] = (struct written){ sides_option(side), sides_path(o, side) };
	return n;
}

bool filenames_allow(const struct options *o)
{
	struct written files[2 + SIDE_COUNT];
	unsigned n = find_written(files, o);
	if (!are_usable(o))
		return false;
	for (unsigned i = 0; i < n; i++) {
		if (!is_only_written(o, files[i].option, files[i].path))
			return false;
		for (unsigned k = 0; k < i; k++) {
			char what[32];
			snprintf(what, sizeof what, "the %s", files[k].option);
			if (!differs(files[i].option, files[i].path, what,
			            &(struct filename){ files[k].path, STDOUT_FILENO }))
				return false;
		}
	}
	return !o->summary || may_replace(o->summary);
}
