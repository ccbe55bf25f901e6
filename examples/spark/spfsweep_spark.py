"""spfsweep_spark.py - spfsweep inside Spark: one process of it for each task, fed from the task's
partition, its CSV read back as Arrow. Nothing of DNS or SPF is done here.

    from spfsweep_spark import scan
    out = scan(frame, keep=["key"], partitions=64, arguments=["--upstream", "192.0.2.53"])

Each row of the frame is one row of the result. A task has no effect but its rows, so it may be
tried again, or twice at once: rows are there exactly once. All columns are strings but for those of
TYPES; lists are arrays, empty is null."""

import subprocess
import threading

import pyarrow
import pyarrow.compute
import pyarrow.csv
from pyspark.sql import functions as F

BLOCK_BYTES = 1 << 20
LISTS = ("ptr", "a", "mx", "problems", "dns_cause")
TYPES = {
    "spf_lookups": pyarrow.int32(),
    "spf_void_lookups": pyarrow.int32(),
    "evaluated_at": pyarrow.timestamp("us", "UTC"),
    "elapsed_ms": pyarrow.int32(),
}
SQL = {pyarrow.int32(): "int", pyarrow.timestamp("us", "UTC"): "timestamp"}


def command_of(kept, arguments, binary):
    """Rows have no header; the columns are named by their places."""
    columns = ",".join(["domain", "ip", *(f"kept_{i}" for i in range(len(kept)))])
    fixed = ["--columns", columns, "--progress", "never", "--bad-input", "ok", "--workers", "1"]
    return [binary, "scan", "-", *fixed, *arguments]


def columns_of(arguments, binary):
    """Of the results, as this program and these arguments give them."""
    command = command_of([], arguments, binary)
    done = subprocess.run(command, input=b"", stdout=subprocess.PIPE, check=True)
    return done.stdout.decode().strip().split(",")[3:]


def sql_type(name):
    return "array<string>" if name in LISTS else SQL.get(TYPES.get(name), "string")


def typed(batch, ours):
    """The CSV's batch with the types of the schema."""
    columns = batch.columns[1 : -len(ours)]
    for name in ours:
        column = batch.column(name)
        if name in LISTS:
            column = pyarrow.compute.split_pattern(column, ";")
        columns.append(column)
    names = [*batch.schema.names[1 : -len(ours)], *ours]
    return pyarrow.RecordBatch.from_arrays(columns, names=names)


class Feeder(threading.Thread):
    """Writes the batches to the process; it must not wait for who reads."""

    def __init__(self, process, batches):
        super().__init__(daemon=True)
        self.process, self.batches, self.n_rows, self.trouble = process, batches, 0, None

    def run(self):
        options = pyarrow.csv.WriteOptions(include_header=False)
        try:
            for batch in self.batches:
                self.n_rows += batch.num_rows
                pyarrow.csv.write_csv(batch, self.process.stdin, options)
            self.process.stdin.close()
        except Exception as error:  # the task must fail, not end early
            self.trouble = error
            self.process.kill()


def read(process, names, ours):
    types = {name: pyarrow.string() for name in names} | TYPES
    yield from pyarrow.csv.open_csv(
        process.stdout,
        pyarrow.csv.ReadOptions(block_size=BLOCK_BYTES),
        pyarrow.csv.ParseOptions(newlines_in_values=True),
        pyarrow.csv.ConvertOptions(
            column_types={k: v for k, v in types.items() if k in names or k in ours},
            strings_can_be_null=True,
            null_values=[""],
            quoted_strings_can_be_null=True,
            timestamp_parsers=[pyarrow.csv.ISO8601],
        ),
    )


def run(batches, kept, ours, arguments, binary):
    """Batches of domain, ip and what is kept -> the same with our columns behind; in order."""
    command = command_of(kept, arguments, binary)
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        said = []
        listener = threading.Thread(target=lambda: said.append(process.stderr.read()), daemon=True)
        feeder = Feeder(process, batches)
        feeder.start()
        listener.start()
        names = ["row", "domain", "ip", *(f"kept_{i}" for i in range(len(kept))), *ours]
        n_rows = 0
        try:
            for batch in read(process, names, ours):
                n_rows += batch.num_rows
                yield typed(batch, ours).rename_columns(["domain", "ip", *kept, *ours])
            feeder.join()
            listener.join()
            status = process.wait()
            if status or feeder.trouble or n_rows != feeder.n_rows:
                words = b"".join(said).decode(errors="replace")[-2000:]
                raise RuntimeError(
                    f"spfsweep ended with {status}, {n_rows} rows of {feeder.n_rows}: {words} "
                    f"{feeder.trouble or ''}"
                )
        finally:
            if process.poll() is None:
                process.kill()


def scan(
    frame, keep=(), partitions=None, arguments=(), binary="spfsweep", domain="domain", ip="ip"
):
    """A frame with the columns domain, ip, those to `keep` (as strings) and ours. With `partitions`
    the rows of one domain meet in one task, and so in one cache."""
    keep, arguments = list(keep), list(arguments)
    ours = columns_of(arguments, binary)
    given = frame.select(
        F.col(domain).cast("string").alias("domain"),
        F.col(ip).cast("string").alias("ip"),
        *[F.col(name).cast("string").alias(name) for name in keep],
    )
    if partitions:
        given = given.repartition(partitions, F.lower("domain"))
    names = [("domain", "string"), ("ip", "string"), *((name, "string") for name in keep)]
    names += [(name, sql_type(name)) for name in ours]
    schema = ", ".join(f"`{name}` {kind}" for name, kind in names)
    return given.mapInArrow(lambda batches: run(batches, keep, ours, arguments, binary), schema)
