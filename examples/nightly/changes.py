#!/usr/bin/env python3
"""changes.py BEFORE NOW - runs changes.sql on two outputs; CSV on standard output. Needs duckdb."""

import csv
import sys
from pathlib import Path

import duckdb

before, now = sys.argv[1:]
connection = duckdb.connect()
connection.execute("SET VARIABLE before = ?", [before])
connection.execute("SET VARIABLE now = ?", [now])
result = connection.execute(Path(__file__).with_name("changes.sql").read_text(encoding="utf-8"))
out = csv.writer(sys.stdout, lineterminator="\n")
out.writerow(column[0] for column in result.description)
out.writerows(result.fetchall())
