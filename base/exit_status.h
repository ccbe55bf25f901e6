/* exit_status.h - the exit statuses of the program, which scripts depend on: docs/output.md. */
#ifndef BASE_EXIT_STATUS_H
#define BASE_EXIT_STATUS_H

enum exit_status {
	EXIT_DONE = 0,
	EXIT_BAD_ROWS = 1, /* done, and some rows were bad input */
	EXIT_USAGE = 2,    /* usage or configuration: as it stands it will never do */
	EXIT_STOPPED = 3,  /* stopped before the end, or not begun: a later run may do */
};

#endif
