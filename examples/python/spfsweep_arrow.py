#!/usr/bin/env python3
"""spfsweep_arrow.py - pairs in, typed Arrow record batches out, while spfsweep runs.

    from spfsweep_arrow import scan
    rows = [("example.com", "192.0.2.1"), ("example.org", "192.0.2.2")]
    for batch in scan(rows, ["--upstream", "192.0.2.53"]):
        ...

Or from the shell: pairs as CSV with a header row, results as Parquet, and options of scan.

    python3 spfsweep_arrow.py pairs.csv results.parquet --upstream 192.0.2.53

One process scans, a second one makes JSON lines of its results: `scan - | export -`. The types are
those of `spfsweep schema`. Needs pyarrow, and spfsweep in PATH or in $SPFSWEEP."""

import csv
import datetime
import decimal
import io
import itertools
import json
import os
import subprocess
import sys
import threading

import pyarrow

SPFSWEEP = os.environ.get("SPFSWEEP", "spfsweep")
TEXTS = pyarrow.list_(pyarrow.string())
TYPES = {
    "text": pyarrow.string(),
    "integer": pyarrow.int64(),
    "wide_integer": pyarrow.decimal128(20, 0),
    "boolean": pyarrow.bool_(),
    "timestamp": pyarrow.timestamp("s", "UTC"),
    "list_of_text": TEXTS,
    "list_of_addresses": TEXTS,
    "list_of_networks": TEXTS,
    "list_of_mx": pyarrow.list_(
        pyarrow.struct({"preference": pyarrow.int32(), "host": pyarrow.string()})
    ),
    "list_of_hosts": pyarrow.list_(pyarrow.struct({"host": pyarrow.string(), "addresses": TEXTS})),
    "list_of_reverse": pyarrow.list_(
        pyarrow.struct({name: pyarrow.string() for name in ("address", "result", "name")})
    ),
}
# What JSON has no type for.
CONVERTED = {"timestamp": datetime.datetime.fromisoformat, "wide_integer": decimal.Decimal}


def csv_line(fields):
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(fields)
    return line.getvalue().encode("utf-8", "surrogateescape")


def output_of(command, octets):
    return subprocess.run(command, input=octets, stdout=subprocess.PIPE, check=True).stdout


def columns_of(command, header):
    """What a scan of rows with this header row will give: [(name, type), ...]."""
    empty = output_of([*command, "-q"], header)
    schema = json.loads(output_of([SPFSWEEP, "schema", "-"], empty))
    return [(column["name"], column["type"]) for column in schema["columns"]]


def feed(pipe, header, rows, failures):
    """Writes all rows; in a thread, since results come out meanwhile."""
    try:
        with pipe:
            pipe.write(header)
            for row in rows:
                pipe.write(csv_line(row))
    except BrokenPipeError:
        pass  # the scan has ended, and its status says why
    except Exception as failure:
        failures.append(failure)


def batch_of(lines, columns, schema):
    rows = [json.loads(line) for line in lines]
    for name, type in columns:
        for row in rows if type in CONVERTED else ():
            if row[name] is not None:
                row[name] = CONVERTED[type](row[name])
    return pyarrow.RecordBatch.from_pylist(rows, schema=schema)


def scan(rows, options=(), columns=("domain", "ip"), command="scan", batch_rows=16384):
    """Yields the results of rows, any iterable of tuples of texts, in their order. `columns` names
    the fields of a row; those that scan does not know go through. CalledProcessError: the scan
    ended with 2 or 3; then the batches before are right, and not all."""
    scanning = [SPFSWEEP, command, "-", "--progress", "never", *options]
    exporting = [SPFSWEEP, "export", "-", "--format", "jsonl", "-q"]
    header = csv_line(columns)
    typed = columns_of(scanning, header)
    schema = pyarrow.schema([(name, TYPES[type]) for name, type in typed])
    failures = []
    scanner = subprocess.Popen(scanning, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    exporter = subprocess.Popen(exporting, stdin=scanner.stdout, stdout=subprocess.PIPE)
    scanner.stdout.close()  # the exporter's now
    feeder = threading.Thread(target=feed, args=(scanner.stdin, header, rows, failures))
    feeder.start()
    try:
        while lines := list(itertools.islice(exporter.stdout, batch_rows)):
            yield batch_of(lines, typed, schema)
        feeder.join()
        if failures:
            raise failures[0]
        for process, good in ((scanner, (0, 1)), (exporter, (0,))):  # 1: some rows are bad input
            if process.wait() not in good:
                raise subprocess.CalledProcessError(process.returncode, process.args)
    finally:
        for process in (scanner, exporter):
            process.kill()
            process.wait()
        exporter.stdout.close()


def main(pairs, parquet, *options):
    import pyarrow.parquet

    with open(pairs, newline="", encoding="utf-8", errors="surrogateescape") as file:
        rows = csv.reader(file)
        batches = scan(rows, options, columns=next(rows))
        first = next(batches, None)
        if first is None:
            sys.exit(f"{pairs}: there are no rows")
        with pyarrow.parquet.ParquetWriter(parquet, first.schema, compression="zstd") as out:
            for batch in itertools.chain([first], batches):
                out.write_batch(batch)


if __name__ == "__main__":
    main(*sys.argv[1:])
