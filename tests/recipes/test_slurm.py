"""test_slurm.py - examples/slurm on one node: an array of tasks, one of which is killed in the
middle; it is queued again, goes on, and the merged output is one scan's."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time

import pytest

import harness

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch")
PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"
pytestmark = pytest.mark.skipif(
    not all(shutil.which(name, path=PATH) for name in PROGRAMS) or os.getuid() != 0,
    reason="Slurm is not installed, or this is not root",
)

N_ROWS, N_SHARDS = 6000, 4
CONF = """\
ClusterName=recipe
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
AuthType=auth/munge
AuthInfo=socket={run}/munge.socket
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation={run}/ctl
SlurmdSpoolDir={run}/d
SlurmctldPidFile={run}/slurmctld.pid
SlurmdPidFile={run}/slurmd.pid
SlurmctldLogFile={run}/slurmctld.log
SlurmdLogFile={run}/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/builtin
SchedulerParameters=sched_interval=2
JobRequeue=1
RequeueExit=
ReturnToService=2
MinJobAge=3600
NodeName=localhost NodeAddr=127.0.0.1 CPUs=2 RealMemory=2048 State=UNKNOWN
PartitionName=main Nodes=localhost Default=YES MaxTime=INFINITE State=UP
"""


def free_ports(n):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


class Cluster:
    """Munge, a controller and a node, each of our own."""

    def __init__(self, run):
        self.run, self.started = run, []
        for name in ("ctl", "d"):
            (run / name).mkdir()
        key = run / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o600)
        conf = run / "slurm.conf"
        conf.write_text(CONF.format(run=run, ports=free_ports(2)).replace("RequeueExit=\n", ""))
        self.env = {**os.environ, "SLURM_CONF": str(conf), "PATH": PATH}
        self.start(
            "munged", "--force", "--foreground", f"--socket={run}/munge.socket",
            f"--key-file={key}", f"--pid-file={run}/munged.pid", f"--log-file={run}/munged.log",
            f"--seed-file={run}/munged.seed",
        )  # fmt: skip
        harness.until((run / "munge.socket").exists, what="munged")
        self.start("slurmctld", "-D", "-i")
        self.start("slurmd", "-D", "-N", "localhost")
        harness.until(lambda: "idle" in self.say("sinfo", "-h", "-o", "%T"), what="the node")

    def start(self, *command):
        log = open(self.run / f"{command[0]}.out", "wb")
        self.started.append(
            subprocess.Popen(command, env=self.env, stdout=log, stderr=log, start_new_session=True)
        )
        log.close()

    def say(self, *command):
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, check=False)
        return done.stdout

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
def cluster(tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    tmp_path.chmod(0o755)
    one = Cluster(run)
    yield one
    one.stop()


def pid_of_shard(k):
    """The program that scans it."""
    for path in os.listdir("/proc"):
        if not path.isdigit():
            continue
        try:
            with open(f"/proc/{path}/cmdline", "rb") as f:
                words = f.read().split(b"\0")
        except OSError:
            continue
        if f"{k}/{N_SHARDS}".encode() in words and b"spfsweep" in words[0]:
            return int(path)
    return None


def test_a_task_is_killed(cluster, bulk_nsd, tmp_path):
    text = "domain,ip,note\n" + "".join(
        f"d{n % 900}.bulk.test,192.0.2.{n % 128},note {n}\n" for n in range(N_ROWS)
    )
    harness.write_input(tmp_path / "in.csv", text)
    out = tmp_path / "out"
    command = [
        "sbatch", "--parsable", f"--array=0-{N_SHARDS - 1}%2", "--mem=100",
        f"--output={tmp_path}/task-%a.log", f"--export=ALL,SPFSWEEP={harness.SPFSWEEP}",
        harness.ROOT / "examples/slurm/shard.sbatch", tmp_path / "in.csv", out,
        bulk_nsd.upstream, "--qps=200", "--window=64", "--sync-interval=1",
    ]  # fmt: skip
    job = cluster.say(*map(str, command)).strip()
    assert job.isdigit(), (cluster.run / "slurmctld.log").read_text()
    shard = out / "shard-1.csv.gz"
    harness.until(lambda: shard.exists() and shard.stat().st_size > 1500, what="rows of shard 1")
    os.kill(pid_of_shard(1), signal.SIGKILL)

    def is_done():
        time.sleep(0.5)  # squeue asks the controller; the limit of until() is what counts
        return not cluster.say("squeue", "-h", "-j", job, "-o", "%T").strip()

    harness.until(is_done, limit_s=300, what="the end of the array")
    assert "once more" in (tmp_path / "task-1.log").read_text()
    runs = json.loads((out / "shard-1.json").read_bytes())["runs"]
    assert len(runs) == 2 and all(run["rows"] for run in runs)
    shards = [out / f"shard-{k}.csv.gz" for k in range(N_SHARDS)]
    merged = harness.scan(tmp_path, shards, command="merge", output="all.csv.gz")
    plain = harness.scan(tmp_path, tmp_path / "in.csv", bulk_nsd.upstream)
    assert merged.status == harness.DONE and merged.timeless() == plain.timeless()
