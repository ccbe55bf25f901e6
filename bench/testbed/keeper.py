"""keeper.py - start, exec, stop: a process that keeps an Internet in a namespace, and how others
find it (bed/bed.json)."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys

from . import namespace
from .network import Internet, InternetError

READY_FD = "SPFSWEEP_TESTBED_READY"
STOP_LIMIT_S = 60


class KeeperError(Exception):
    """One line (and the end of a log) for the user."""


def state_path(folder):
    return os.path.join(folder, "bed", "bed.json")


def start_time(pid):
    """When a process began, in the kernel's ticks: with its number that tells it from all others.
    None: there is none, or it has ended and nobody has asked for its status."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            state, *rest = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return int(rest[18]) if state not in "ZX" else None


def running(folder):
    """What bed.json says, or None when its keeper is gone."""
    try:
        with open(state_path(folder)) as file:
            bed = json.load(file)
    except (OSError, ValueError):
        return None
    return bed if start_time(bed["pid"]) == bed["start_time"] else None


def must_run(folder):
    bed = running(folder)
    if not bed:
        raise KeeperError(f"{folder} is not being served; bench/internet start begins that")
    return bed


# ---- start ----


def start(folder, again):
    """`again` is the command line that runs keep() for this folder. Comes back when all servers
    answer."""
    bed = running(folder)
    if bed:
        raise KeeperError(
            f"{folder} is being served already, by process {bed['pid']}; bench/internet stop ends "
            "that"
        )
    if not os.path.isdir(folder):
        raise KeeperError(f"there is no folder {folder}")
    os.makedirs(os.path.join(folder, "bed"), exist_ok=True)
    command, environment = namespace.wrapped(again, namespace.kind())
    ready, told = os.pipe()
    with open(os.path.join(folder, "bed", "keeper.log"), "w") as log:
        keeper = subprocess.Popen(
            command,
            env={**environment, READY_FD: str(told)},
            pass_fds=[told],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    os.close(told)
    with open(ready) as pipe:
        complaint = pipe.read()
    if complaint != "ready":
        keeper.wait()
        raise KeeperError(
            complaint or f"the keeper ended with status {keeper.returncode}; see {log.name}"
        )
    return running(folder)


def keep(folder, **options):
    """The keeper, in its namespace: serves until it is told to end. The pipe is closed as soon as
    the outcome is known, since start() reads it to its end."""
    pipe = open(int(os.environ.pop(READY_FD)), "w")
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    kind = namespace.enter()
    try:
        with Internet(folder, **options) as net:
            write_state(
                folder,
                {
                    "pid": os.getpid(),
                    "start_time": start_time(os.getpid()),
                    "network": kind,
                    **net.about(),
                },
            )
            with pipe:
                pipe.write("ready")
            net.wait()
    except InternetError as error:
        print(error, file=sys.stderr)
        if not pipe.closed:
            pipe.write(str(error))
        return 1
    finally:
        remove_state(folder)
    return 0


def write_state(folder, bed):
    with open(state_path(folder) + ".new", "w") as out:
        json.dump(bed, out, indent=1)
        out.write("\n")
    os.replace(out.name, state_path(folder))


def remove_state(folder):
    """Only our own: we may have found another keeper here."""
    bed = running(folder)
    if bed and bed["pid"] == os.getpid():
        os.unlink(state_path(folder))


# ---- exec, stop ----


def execute(folder, command):
    """Becomes the command, inside the namespace."""
    bed = must_run(folder)
    command, environment = namespace.joined(command, bed["pid"], bed["network"])
    try:
        os.execvpe(command[0], command, environment)
    except OSError as error:
        raise KeeperError(f"{command[0]}: {error.strerror}") from error


def stop(folder):
    bed = must_run(folder)
    with contextlib.ExitStack() as stack:
        handle = os.pidfd_open(bed["pid"])
        stack.callback(os.close, handle)
        if not running(folder):  # ended in between, and the number may be another's
            return
        signal.pidfd_send_signal(handle, signal.SIGTERM)
        if not select.select([handle], [], [], STOP_LIMIT_S)[0]:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            raise KeeperError(
                f"process {bed['pid']} did not end within {STOP_LIMIT_S} s and was killed"
            )
