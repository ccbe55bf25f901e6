"""test_load.py - what `spfsweep schema` prints, run by the tools that it is for, and the recipes of
examples/load and examples/python: with hostile rows, each table equals what Python's csv reads.

Python's packages are in the venv of the tests; PostgreSQL and R are Debian's."""

import datetime
import decimal
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

import harness
import typed
from harness import DONE
from test_export import DOMAINS, script as script_of_export

EXTRA = ["fails.example", "soft.example", "broken.example", "syntax.example"]
EXTRA_RECORDS = {
    ("soft.example", "TXT"): ["v=spf1 ip4:192.0.2.25 ~all"],
    ("soft.example", "MX"): ["5 a.mx.example."],
    ("broken.example", "TXT"): ["v=spf1 include:none.example -all"],
    ("syntax.example", "TXT"): ["v=spf1 foo:bar -all"],
}
EXAMPLES = harness.ROOT / "examples"
POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
TABLES = ("hostile", "utf8", "audit", "includes", "networks")
# For test_questions.py: every verdict, and rows without a domain.
PAIRS = [(domain, f"192.0.2.{n}") for n in (5, 25, 200) for domain in [*DOMAINS, "", *EXTRA]]
COMPLETE = tuple(name for name in TABLES if name != "hostile")


def script(name, type):
    return EXTRA_RECORDS.get((name, type)) or script_of_export(name, type)


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """Results, what export makes of them, and their schemas, in one folder."""
    import nameservers

    folder = tmp_path_factory.mktemp("load")
    dns = nameservers.Server(script)
    ask = ["--ask=TXT:_dmarc.{domain}", "--ask=NS:{domain}"]
    try:
        for name, octets in (("hostile", True), ("utf8", False)):
            text = typed.hostile_input(DOMAINS, b"192.0.2.5", octets)
            harness.scan(folder, text, dns.upstream, *ask, output=f"{name}.csv.gz")
        text = harness.csv_text(("domain", "ip"), *PAIRS)
        harness.scan(folder, text, dns.upstream, "--retries=0", output="asked.csv.gz")
        sides = [f"--{side}={folder / side}.csv.gz" for side in ("includes", "networks")]
        harness.scan(
            folder, "domain\n" + "\n".join(DOMAINS), dns.upstream, "--mx-ptr", *sides,
            command="audit", output="audit.csv.gz",
        )  # fmt: skip
    finally:
        dns.stop()
    for name in TABLES:
        for form in ("csv", "jsonl"):
            run("export", folder / f"{name}.csv.gz", "-o", folder / f"{name}.{form}")
    return folder


def run(*args):
    done = harness.run(*args)
    assert done.returncode == DONE, done.stderr
    return done.stdout


def truth(files, name):
    path = files / f"{name}.csv.gz"
    return typed.table(path, json.loads(run("schema", path)))


def sources(name):
    """(function, file): what export wrote, and where it is UTF-8 what the scan wrote."""
    found = [("read_csv", f"{name}.csv"), ("read_jsonl", f"{name}.jsonl")]
    return found + ([("read_csv", f"{name}.csv.gz")] if name in COMPLETE else [])


def plain(value):
    """A value of some tool's, as JSON has it."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, decimal.Decimal):
        assert value == int(value)
        return int(value)
    return value


def same(found, wanted):
    """Rows as dictionaries; the first difference is shown."""
    assert len(found) == len(wanted) > 0
    for row, (one, other) in enumerate(zip(found, wanted)):
        assert list(one) == list(other)
        for name in other:
            assert one[name] == other[name] and type(one[name]) is type(other[name]), (
                row, name, one[name], other[name],
            )  # fmt: skip


# ---- DuckDB ----


def of_duckdb(folder, code, query):
    import duckdb

    base = duckdb.connect()
    base.execute("SET TimeZone = 'UTC'")
    base.execute(code)
    result = base.execute(query)
    names = [column[0] for column in result.description]
    types = {column[0]: str(column[1]) for column in result.description}
    return [plain(dict(zip(names, row))) for row in result.fetchall()], types


DUCKDB_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "wide_integer": "DECIMAL(20,0)",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
    "list_of_text": "VARCHAR[]",
    "list_of_addresses": "VARCHAR[]",
    "list_of_networks": "VARCHAR[]",
    "list_of_mx": "STRUCT(preference INTEGER, host VARCHAR)[]",
    "list_of_hosts": "STRUCT(host VARCHAR, addresses VARCHAR[])[]",
}


@pytest.mark.parametrize("name", TABLES)
def test_duckdb(files, name):
    pytest.importorskip("duckdb")
    path = files / f"{name}.csv.gz"
    code = run("schema", path, "--format=duckdb").decode()
    schema = json.loads(run("schema", path))
    for function, file in sources(name):
        macro = function.replace("read", "spfsweep")
        rows, types = of_duckdb(files, code, f"from {macro}('{files / file}')")
        same(rows, truth(files, name))
        for column in schema["columns"]:
            if column["type"] in DUCKDB_TYPES:
                assert types[column["name"]] == DUCKDB_TYPES[column["type"]], column
    # without the file: the input's columns are there as text, by the names that DuckDB gives them
    if name in ("utf8", "audit"):
        kind = "audit" if name == "audit" else "scan"
        code = run("schema", "--of", kind, "--format=duckdb").decode()
        rows, _ = of_duckdb(files, code, f"from spfsweep_csv('{path}')")
        ours = {c["name"] for c in json.loads(run("schema", "--of", kind))["columns"]}
        for found, wanted in zip(rows, truth(files, name), strict=True):
            assert {k: found[k] for k in ours} == {k: wanted[k] for k in ours}
        rows, _ = of_duckdb(files, code, f"from spfsweep_jsonl('{files / name}.jsonl')")
        assert [set(row) for row in rows] == [ours] * len(rows) and rows[0]["status"] == "ok"


def test_duckdb_of_fields(files):
    """What export --fields writes has the schema of --fields."""
    pytest.importorskip("duckdb")
    fields, path = "--fields=mx,x,evaluated_at,ptr_generic", files / "hostile.csv.gz"
    code = run("schema", path, fields, "--format=duckdb").decode()
    names = ["mx", "x", "evaluated_at", "ptr_generic"]
    wanted = [{name: row[name] for name in names} for row in truth(files, "hostile")]
    for form in ("csv", "jsonl"):
        run("export", path, fields, "-o", files / f"fields.{form}", "--overwrite")
        rows, _ = of_duckdb(files, code, f"from spfsweep_{form}('{files}/fields.{form}')")
        same(rows, wanted)


def test_parquet(files, venv_python, tmp_path):
    """examples/load/to_parquet, and the line that `export -o x.parquet` prints."""
    duckdb = pytest.importorskip("duckdb")
    environment = with_venv(venv_python)
    if not shutil.which("duckdb", path=environment["PATH"]):
        pytest.skip("there is no duckdb to run: pip install duckdb-cli")
    for name in TABLES:
        parquet = tmp_path / f"{name}'s.parquet"
        shell([EXAMPLES / "load/to_parquet", files / f"{name}.csv.gz", parquet], environment)
        rows, _ = of_duckdb(files, "", f"""from '{str(parquet).replace("'", "''")}'""")
        same(rows, truth(files, name))
        query = "select distinct compression from parquet_metadata(?)"
        codecs = duckdb.execute(query, [str(parquet)])
        assert codecs.fetchall() == [("ZSTD",)]
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes((files / "utf8.csv.gz").read_bytes()[:-28])
    done = subprocess.run(
        [EXAMPLES / "load/to_parquet", cut, tmp_path / "cut.parquet"],
        env=environment, capture_output=True,
    )  # fmt: skip
    assert done.returncode == harness.STOPPED and not list(tmp_path.glob("cut.parquet*"))
    (tmp_path / "results.csv.gz").write_bytes((files / "utf8.csv.gz").read_bytes())
    line = harness.run("export", "results.csv.gz", "-o", "x.parquet").stderr
    command = line.split("DuckDB makes it: ")[1].replace("spfsweep schema", '"$SPFSWEEP" schema')
    subprocess.run(command, shell=True, cwd=tmp_path, env=environment, check=True)
    rows, _ = of_duckdb(files, "", f"from '{tmp_path}/x.parquet'")
    same(rows, truth(files, "utf8"))


def with_venv(python):
    return {
        **os.environ,
        "SPFSWEEP": str(harness.SPFSWEEP),
        "PATH": f"{python.parent}:{os.environ['PATH']}",
    }


def shell(command, environment, **more):
    done = subprocess.run(
        command, env=environment, capture_output=True, timeout=harness.HANGS_S, **more
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


# ---- pandas, polars, Spark ----


def module_of(name, files, tool):
    import types

    code = run("schema", files / f"{name}.csv.gz", f"--format={tool}").decode()
    module = types.ModuleType(f"{tool}_schema")
    exec(compile(code, tool, "exec"), module.__dict__)
    return module


@pytest.mark.parametrize("name", TABLES)
def test_pandas(files, name):
    pandas = pytest.importorskip("pandas")
    module = module_of(name, files, "pandas")
    dtypes = {"integer": "Int64", "boolean": "boolean", "text": "string", "timestamp": "UTC"}

    def value(cell):
        if isinstance(cell, (list, dict)):
            return cell
        if pandas.isna(cell):
            return None
        return cell.to_pydatetime() if isinstance(cell, pandas.Timestamp) else cell

    for function, file in sources(name):
        frame = getattr(module, function)(files / file)
        rows = frame.astype(object).to_dict("records")
        same([plain({k: value(v) for k, v in row.items()}) for row in rows], truth(files, name))
        for column, type in module.COLUMNS.items():
            assert dtypes.get(type, "object") in str(frame[column].dtype), column


@pytest.mark.parametrize("name", TABLES)
def test_polars(files, name):
    pytest.importorskip("polars")
    module = module_of(name, files, "polars")
    for function, file in sources(name):
        frame = getattr(module, function)(files / file)
        same([plain(row) for row in frame.to_dicts()], truth(files, name))
        for column, type in module.COLUMNS.items():
            assert frame.schema[column] == module.TYPES[type], column


SPARK = """
import datetime, decimal, json, sys
from pyspark.sql import SparkSession
folder, tables = sys.argv[1], json.loads(sys.argv[2])
session = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
session = session.config("spark.sql.session.timeZone", "UTC").getOrCreate()
found = {}
for name, sources in tables.items():
    module = {}
    exec(open(f"{folder}/{name}_spark.py", encoding="utf-8").read(), module)
    for function, file in sources:
        frame = module[function](session, f"{folder}/{file}")
        found[f"{name} {file}"] = {
            "types": dict(frame.dtypes),
            "rows": [row.asDict(recursive=True) for row in frame.collect()],
        }
def plain(value):
    if isinstance(value, decimal.Decimal):
        return int(value)
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")
json.dump(found, open(f"{folder}/spark.json", "w"), default=plain)
"""


@pytest.mark.skipif(not shutil.which("java"), reason="there is no Java")
def test_spark(files, venv_python):
    pytest.importorskip("pyspark")
    for name in TABLES:
        code = run("schema", files / f"{name}.csv.gz", "--format=spark")
        (files / f"{name}_spark.py").write_bytes(code)
    tables = json.dumps({name: sources(name) for name in TABLES})
    environment = {**with_venv(venv_python), "TZ": "UTC", "SPARK_LOCAL_IP": "127.0.0.1"}
    environment["PYSPARK_PYTHON"] = str(venv_python)
    shell([venv_python, "-c", SPARK, files, tables], environment)
    found = json.loads((files / "spark.json").read_text())
    types = {
        "integer": "bigint",
        "wide_integer": "decimal(20,0)",
        "list_of_mx": "array<struct<preference:int,host:string>>",
        "boolean": "boolean",
        "timestamp": "timestamp",
    }
    for name in TABLES:
        columns = json.loads(run("schema", files / f"{name}.csv.gz"))["columns"]
        for _, file in sources(name):
            table = found[f"{name} {file}"]
            same(table["rows"], truth(files, name))
            for column in columns:
                found_type = table["types"][column["name"]]
                assert found_type == types.get(column["type"], found_type), column


def test_spark_recipe_knows_the_types():
    """examples/spark has a list of its own: our columns as Arrow's CSV reader wants them."""
    columns = json.loads(run("schema"))["columns"]
    source = (EXAMPLES / "spark/spfsweep_spark.py").read_text()
    listed = eval(source.split("LISTS = ")[1].split("\n")[0])
    assert set(listed) == {c["name"] for c in columns if c["type"].startswith("list")}


def test_recipes_of_python(files, venv_python):
    """load_pandas.py, load_polars.py and load.R count verdicts and problems."""
    rows = truth(files, "hostile")
    verdicts = [row["spf"] for row in rows]
    problems = [problem for row in rows for problem in row["problems"] or []]
    wanted = {(str(word or ""), verdicts.count(word)) for word in set(verdicts)}
    wanted |= {(word, problems.count(word)) for word in set(problems)}
    environment = with_venv(venv_python)
    commands = [[venv_python, EXAMPLES / f"load/load_{tool}.py"] for tool in ("pandas", "polars")]
    if shutil.which("Rscript"):
        commands.append(["Rscript", EXAMPLES / "load/load.R"])
    for command in commands:
        out = shell([*command, files / "hostile.csv.gz"], environment)
        lines = [line.rsplit(",", 1) for line in out.splitlines()]
        found = {(word.replace("NA", ""), int(n)) for word, n in lines if n != "count"}
        assert found == wanted, command


# ---- PostgreSQL ----


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    """A server of the tests' own; its environment for psql. It does not run as root."""
    if not POSTGRES or not shutil.which("psql"):
        pytest.skip("there is no PostgreSQL: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="spfsweep-pg."))  # a socket's path must be short
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")
    tools = POSTGRES[-1]

    def run_as_user(*command):
        done = subprocess.run([*as_user, *map(str, command)], capture_output=True, cwd="/")
        assert done.returncode == 0, done.stderr.decode()

    data, options = folder / "data", f"-k {folder} -c listen_addresses='' -F"
    run_as_user(tools / "initdb", "-D", data, "-A", "trust", "-U", "spf", "-E", "UTF8")
    run_as_user(tools / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start")
    yield {**os.environ, "PGHOST": str(folder), "PGUSER": "spf", "PGDATABASE": "postgres"}
    run_as_user(tools / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    shutil.rmtree(folder)


def psql(environment, *statements):
    command = ["psql", "-qAtX", "-v", "ON_ERROR_STOP=1"]
    return shell(command, environment, input="\n".join(statements).encode())


def rows_of_postgres(environment, table):
    """As JSON, which shows arrays as lists."""
    query = f'select row_to_json(r) from {table} r order by "row";'
    text = psql(environment, "set timezone to 'UTC';", query)
    rows = [json.loads(line) for line in text.rstrip("\n").split("\n")]
    for row in rows:
        if row.get("evaluated_at"):
            row["evaluated_at"] = row["evaluated_at"].replace("+00:00", "Z")
    return rows


@pytest.mark.parametrize("name", TABLES)
def test_postgres(files, postgres, name):
    path = files / f"{name}.csv.gz"
    code = run("schema", path, "--format=postgres").decode()
    lines = "with (format csv, quote e'\\x01', delimiter e'\\x02')"
    wanted = truth(files, name)
    if name in ("includes", "networks"):  # several lines of one row: in an order that SQL knows
        wanted.sort(key=lambda row: json.dumps(row, sort_keys=True))
    for function, file in sources(name):
        psql(postgres, "drop schema public cascade; create schema public;", code)
        program = "zcat" if file.endswith("gz") else "cat"
        copy = f"from program '{program} {files / file}'"
        form = function.removeprefix("read_")
        how = "with (format csv, header)" if form == "csv" else lines
        psql(postgres, f"\\copy spfsweep_{form} {copy} {how}")
        psql(postgres, f"create table results as table spfsweep_from_{form};")
        found = rows_of_postgres(postgres, "results")
        if name in ("includes", "networks"):
            found.sort(key=lambda row: json.dumps(row, sort_keys=True))
        same(found, wanted)
    types = psql(
        postgres,
        "select column_name || ' ' || udt_name from information_schema.columns "
        "where table_name = 'results' and column_name in "
        "('row', 'mx', 'a', 'private_networks', 'pass_v6', 'ptr_generic', 'evaluated_at', "
        "'problems');",
    ).split("\n")[:-1]
    known = {
        "row int8", "mx jsonb", "a _inet", "private_networks _cidr", "pass_v6 numeric",
        "ptr_generic bool", "evaluated_at timestamptz", "problems _text",
    }  # fmt: skip
    assert set(types) <= known and "row int8" in types


def test_to_postgres(files, postgres, tmp_path):
    environment = {**postgres, "SPFSWEEP": str(harness.SPFSWEEP)}
    psql(postgres, "drop schema public cascade; create schema public;")
    for name in ("hostile", "audit"):
        shell([EXAMPLES / "load/to_postgres", files / f"{name}.csv.gz", f'{name}"s'], environment)
        same(rows_of_postgres(postgres, f'"{name}""s"'), truth(files, name))
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes((files / "utf8.csv.gz").read_bytes()[:-28])
    done = subprocess.run(
        [EXAMPLES / "load/to_postgres", cut, "cut"], env=environment, capture_output=True
    )
    assert done.returncode == harness.STOPPED
    assert psql(postgres, "\\dt").count("|table|") == 2
    assert "spfsweep_load" not in psql(postgres, "\\dn")


# ---- R ----

R = r"""
arguments <- commandArgs(trailingOnly = TRUE)
source(arguments[1], encoding = "UTF-8")
frame <- (if (arguments[2] == "read_csv") read_spfsweep_csv else read_spfsweep_jsonl)(arguments[3])
classes <- vapply(frame, function(column) class(column)[1], "")
value <- function(cell) {
    if (is.data.frame(cell))
        lapply(seq_len(nrow(cell)), function(i)
            lapply(as.list(cell[i, , drop = FALSE]), function(member)
                if (!is.list(member)) member
                else if (is.null(member[[1]])) NA
                else as.list(member[[1]])))
    else if (inherits(cell, "POSIXct")) format(cell, "%Y-%m-%dT%H:%M:%SZ")
    else if (is.list(cell)) value(cell[[1]])
    else if (length(cell) == 0) NA
    else if (is.numeric(cell) && !is.na(cell) && cell > 2^53) sprintf("%.0f", cell)
    else cell
}
rows <- lapply(seq_len(nrow(frame)), function(i) lapply(frame, function(column) {
    cell <- column[i]
    if (is.list(column)) {
        if (is.null(cell[[1]])) NA
        else if (is.data.frame(cell[[1]])) value(cell[[1]])
        else as.list(cell[[1]])
    } else value(cell)
}))
writeLines(enc2utf8(jsonlite::toJSON(list(classes = as.list(classes), rows = rows),
    auto_unbox = TRUE, na = "null", digits = NA, null = "null")), arguments[4], useBytes = TRUE)
"""


def line_ends(value):
    """R's read.csv knows one end of a line."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n")
    return value


@pytest.mark.skipif(not shutil.which("Rscript"), reason="there is no R")
@pytest.mark.parametrize("name", TABLES)
def test_r(files, name, tmp_path):
    (tmp_path / "read.R").write_text(R)
    code = run("schema", files / f"{name}.csv.gz", "--format=r")
    (tmp_path / "schema.R").write_bytes(code)
    schema = json.loads(run("schema", files / f"{name}.csv.gz"))
    columns = {c["name"]: c["type"] for c in schema["columns"]}
    classes = {"text": "character", "integer": "numeric", "wide_integer": "numeric",
               "boolean": "logical", "timestamp": "POSIXct"}  # fmt: skip
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    for function, file in sources(name):
        out = tmp_path / "found.json"
        arguments = [tmp_path / "schema.R", function, files / file, out]
        shell(["Rscript", tmp_path / "read.R", *arguments], environment)
        found = json.loads(out.read_text(encoding="utf-8"))
        wanted = truth(files, name)
        if function == "read_csv":
            wanted = [{k: line_ends(v) for k, v in row.items()} for row in wanted]
        for row in found["rows"]:
            for key, type in columns.items():
                if type == "wide_integer" and row[key] is not None:
                    row[key] = int(float(row[key]))
        same(found["rows"], wanted)
        for key, type in columns.items():
            assert found["classes"][key] == classes.get(type, "list"), key


# ---- Arrow ----


@pytest.fixture
def arrow(monkeypatch):
    pytest.importorskip("pyarrow")
    monkeypatch.syspath_prepend(str(EXAMPLES / "python"))
    import spfsweep_arrow

    monkeypatch.setattr(spfsweep_arrow, "SPFSWEEP", str(harness.SPFSWEEP))
    return spfsweep_arrow


@pytest.fixture
def dns():
    import nameservers

    server = nameservers.Server(script)
    yield server
    server.stop()


def test_arrow(arrow, dns, tmp_path):
    """Batches of a scan and an audit equal what the same command writes as CSV."""
    rows = [(DOMAINS[n % len(DOMAINS)], "192.0.2.5", text) for n, text in enumerate(typed.TEXTS)]
    header, records = ("domain", "ip", "note"), harness.csv_text(("domain", "ip", "note"), *rows)
    options = [dns.upstream, "--ask=TXT:_dmarc.{domain}"]
    for command in ("scan", "audit"):
        harness.scan(tmp_path, records, *options, command=command, output=f"{command}.csv.gz")
        path = tmp_path / f"{command}.csv.gz"
        wanted = typed.table(path, json.loads(run("schema", path)))
        batches = list(arrow.scan(iter(rows), options, header, command=command, batch_rows=10))
        assert [batch.num_rows for batch in batches[:-1]] == [10] * (len(batches) - 1)
        found = [plain(row) for batch in batches for row in batch.to_pylist()]
        for row in found + wanted:
            for name in harness.TIME_COLUMNS:
                row.pop(name, None)
        same(found, wanted)
        types = {field.name: str(field.type) for field in batches[0].schema}
        assert types["mx"] == "list<item: struct<preference: int32, host: string>>"
        assert types["evaluated_at"] == "timestamp[s, tz=UTC]" and types["row"] == "int64"


def test_arrow_tells_failures(arrow, dns):
    rows = (("many.example", "192.0.2.1") for _ in range(100000))
    batches = arrow.scan(rows, [dns.upstream], batch_rows=100)
    assert next(batches).num_rows == 100
    batches.close()  # stops both processes, before the end
    with pytest.raises(subprocess.CalledProcessError):
        list(arrow.scan([("many.example", "192.0.2.1")], ["--upstream", "192.0.2.1.5"]))

    def broken():
        yield "many.example", "192.0.2.1"
        raise KeyError("the caller's own")

    with pytest.raises(KeyError):
        list(arrow.scan(broken(), [dns.upstream]))


def test_arrow_from_the_shell(venv_python, dns, tmp_path):
    pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    text = "domain,ip,note\n" + "many.example,192.0.2.25,caf\xe9\n" * 300
    harness.write_input(tmp_path / "pairs.csv", text.encode("latin-1"))
    command = [venv_python, EXAMPLES / "python/spfsweep_arrow.py", "pairs.csv", "out.parquet"]
    shell([*command, dns.upstream], with_venv(venv_python), cwd=tmp_path)
    table = parquet.read_table(tmp_path / "out.parquet")
    assert table.num_rows == 300 and set(table.column("note").to_pylist()) == {"caf\ufffd"}
    assert table.column("mx")[0].as_py()[0] == {"preference": 10, "host": "a.mx.example"}


def test_the_page(files):
    """examples/load/README.md names every recipe, and only what is there."""
    page = (EXAMPLES / "load/README.md").read_text()
    for path in (EXAMPLES / "load").iterdir():
        assert path.name == "README.md" or f"`{path.name} " in page, path
