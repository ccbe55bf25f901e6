"""test_spark.py - examples/spark on a standalone cluster of two workers: every row exactly once,
with the verdicts of one plain scan, also when an executor is killed in the middle."""

import csv
import os
import resource
import shutil
import signal
import socket
import subprocess
import time

import pytest

import harness

pytestmark = pytest.mark.skipif(not shutil.which("java"), reason="there is no Java")
N_ROWS = int(os.environ.get("SPARK_ROWS", "60000"))


def free_ports(n):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


class Cluster:
    """A master and two workers with one core each."""

    def __init__(self, folder, python):
        self.folder, self.python, self.started = folder, python, []
        where = "import pyspark, os; print(os.path.dirname(pyspark.__file__))"
        home = subprocess.check_output([python, "-c", where], text=True).strip()
        self.home = home
        self.env = {
            **os.environ,
            "SPARK_HOME": home,
            "PYSPARK_PYTHON": str(python),
            "SPARK_LOCAL_IP": "127.0.0.1",
        }
        ports = free_ports(6)
        self.url = f"spark://127.0.0.1:{ports[0]}"
        self.start("master.Master", "--port", ports[0], "--webui-port", ports[1])
        harness.until(lambda: "elected leader" in self.log("master.Master"), what="the master")
        for i in (0, 1):
            self.start(
                "worker.Worker", "--port", ports[2 + i], "--webui-port", ports[4 + i],
                "--cores", 1, "--memory", "1g", "--work-dir", folder / f"work{i}", self.url,
            )  # fmt: skip
        harness.until(
            lambda: self.log("master.Master").count("Registering worker") == 2, what="the workers"
        )

    def log(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def start(self, name, *arguments):
        with open(self.folder / f"{name}.log", "ab") as log:
            self.started.append(
                subprocess.Popen(
                    [f"{self.home}/bin/spark-class", f"org.apache.spark.deploy.{name}",
                     "--host", "127.0.0.1", *map(str, arguments)],
                    env=self.env, stdout=log, stderr=log, start_new_session=True,
                )
            )  # fmt: skip

    def submit(self, pairs, out, *arguments):
        log = open(self.folder / "job.log", "ab")
        confs = ["spark.ui.enabled=false", "spark.executor.memory=512m", "spark.driver.memory=512m"]
        confs += ["spark.driver.host=127.0.0.1", "spark.driver.bindAddress=127.0.0.1"]
        confs += ["spark.executor.cores=1", "spark.sql.adaptive.coalescePartitions.enabled=false"]
        return subprocess.Popen(
            [f"{self.home}/bin/spark-submit", "--master", self.url,
             *[word for conf in confs for word in ("--conf", conf)],
             harness.ROOT / "examples/spark/job.py", pairs, out, "--partitions", "4",
             "--binary", harness.SPFSWEEP, "--", *arguments],
            env=self.env, stdout=log, stderr=log,
        )  # fmt: skip

    def stop(self):
        for process in reversed(self.started):
            process.terminate()
        for process in self.started:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def cluster(tmp_path, venv_python):
    one = Cluster(tmp_path, venv_python)
    yield one
    one.stop()


def processes(cluster, word):
    """Those that the workers of this cluster started, with that word in their command line."""
    found = []
    for path in os.listdir("/proc"):
        try:
            with open(f"/proc/{path}/cmdline", "rb") as f:
                words = f.read()
            folder = os.readlink(f"/proc/{path}/cwd")
        except OSError:
            continue
        if word.encode() in words and folder.startswith(f"{cluster.folder}/work"):
            found.append(int(path))
    return found


def cpu_s(running=()):
    """Of our children that have ended, and of these that run with theirs that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    ticks = 0
    for process in running:
        with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
            ticks += sum(map(int, file.read().rsplit(")", 1)[1].split()[11:15]))
    return used.ru_utime + used.ru_stime + ticks / os.sysconf("SC_CLK_TCK")


def rows_of(python, out):
    """key -> spf, a_match, mx as CSV of the Parquet."""
    code = (
        "import sys, pyarrow.parquet as p, pyarrow.csv as c, pyarrow as a\n"
        "t = p.read_table(sys.argv[1]).select(['key', 'spf', 'iprev', 'a_match'])\n"
        "c.write_csv(t, sys.stdout.buffer)\n"
    )
    text = subprocess.check_output([python, "-c", code, out], text=True)
    return sorted((int(r[0]), *r[1:]) for r in list(csv.reader(text.splitlines()))[1:])


def test_an_executor_is_killed(cluster, bulk_nsd, venv_python, tmp_path):
    text = "domain,ip,key\n" + "".join(
        f"d{n % 9000}.bulk.test,192.0.2.{n % 128},{n}\n" for n in range(N_ROWS)
    )
    pairs = harness.write_input(tmp_path / "pairs.csv", text)
    begun, cpu = time.monotonic(), cpu_s()
    plain = harness.scan(tmp_path, pairs, bulk_nsd.upstream)
    plain_s, plain_cpu_s = time.monotonic() - begun, cpu_s() - cpu
    expected = sorted(
        (int(row["key"]), row["spf"], row["iprev"], row["a_match"]) for row in plain.rows
    )

    begun, cpu = time.monotonic(), cpu_s(cluster.started)
    job = cluster.submit(pairs, tmp_path / "quiet.parquet", bulk_nsd.upstream)
    assert job.wait(2 * harness.HANGS_S) == 0, cluster.log("job")[-4000:]
    spark_s, spark_cpu_s = time.monotonic() - begun, cpu_s(cluster.started) - cpu
    print(f"{N_ROWS} rows: plain {plain_s:.1f} s, {plain_cpu_s:.1f} CPU seconds; "
          f"Spark {spark_s:.1f} s, {spark_cpu_s:.1f} CPU seconds")  # fmt: skip
    assert rows_of(venv_python, tmp_path / "quiet.parquet") == expected

    job = cluster.submit(pairs, tmp_path / "out.parquet", bulk_nsd.upstream, "--qps=3000")
    # rows are being asked for
    harness.until(lambda: processes(cluster, "--qps=3000"), limit_s=400, what="a scan in a task")
    victim = processes(cluster, "CoarseGrainedExecutorBackend")[0]
    os.kill(victim, signal.SIGKILL)
    assert job.wait(2 * harness.HANGS_S) == 0, cluster.log("job")[-4000:]
    assert "Lost executor" in cluster.log("job")
    assert rows_of(venv_python, tmp_path / "out.parquet") == expected
