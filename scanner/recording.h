/* recording.h - `--record`: the answers that a row was given, as lines of a side file.
 * docs/record.md describes the file. A worker's thread. */
#ifndef SCANNER_RECORDING_H
#define SCANNER_RECORDING_H

#include "base/textbuf.h"
#include "resolver/upstreams.h"
#include "scanner/options.h"
#include "scanner/row_answers.h"

#define RECORDING_NAME "#spfsweep-record"
#define RECORDING_VERSION_LINE RECORDING_NAME "\t1"
#define RECORDING_COLUMNS_LINE                                                                     \
	"#row\ttime\tttl\tupstream\ttype\tname\tstatus\tdnssec\tcanonical\tcause\trecords"

/* The text at the head of a record: its version. */
void recording_put_head(struct textbuf *out, const struct options *options);

/* Appends a line for each answer of the row, as sidefile_add_line() does. `upstreams` are those
 * that the answers' numbers mean. Out of memory: out->failed. */
void recording_put_row(struct textbuf *out, struct textbuf *scratch,
        const struct upstreams *upstreams, uint64_t row, const struct row_answers *answers);

#endif
