#!/usr/bin/env python3
"""load_polars.py RESULTS - results as a polars DataFrame with types; prints how often each verdict
and each problem is there. In code of your own:

    spfsweep schema results.csv.gz --format polars > results_schema.py

    import results_schema
    frame = results_schema.read_csv("results.csv.gz")
"""

import os
import subprocess
import sys
import types

SPFSWEEP = os.environ.get("SPFSWEEP", "spfsweep")


def module_of(results):
    """The module that `schema` prints, without a file."""
    command = [SPFSWEEP, "schema", results, "--format", "polars"]
    code = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    module = types.ModuleType("results_schema")
    exec(compile(code, "results_schema", "exec"), module.__dict__)
    return module


if __name__ == "__main__":
    frame = module_of(sys.argv[1]).read_csv(sys.argv[1])
    print(frame["spf"].value_counts(sort=True).write_csv(), end="")
    # a row has a list of them, or none
    print(frame["problems"].explode().drop_nulls().value_counts(sort=True).write_csv(), end="")
