#!/usr/bin/env python3
"""load_pandas.py RESULTS - results as a pandas DataFrame with types; prints how often each verdict
and each problem is there. In code of your own:

    spfsweep schema results.csv.gz --format pandas > results_schema.py

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
    command = [SPFSWEEP, "schema", results, "--format", "pandas"]
    code = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    module = types.ModuleType("results_schema")
    exec(compile(code, "results_schema", "exec"), module.__dict__)
    return module


if __name__ == "__main__":
    frame = module_of(sys.argv[1]).read_csv(sys.argv[1])
    print(frame["spf"].value_counts(dropna=False).to_csv(), end="")
    # a row has a list of them, or none
    print(frame["problems"].explode().dropna().value_counts().to_csv(), end="")
