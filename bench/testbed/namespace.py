"""namespace.py - a network of one's own, with nothing in it but loopback: port 53 is free there,
and no packet can leave.

Root takes a fresh network and mount namespace; other users take a user namespace as well, in which
they count as root. Where neither is permitted (some containers), root may stay in the present
network if port 53 is free on loopback: all servers have addresses of 127/8 anyway. In the own mount
namespace /etc/resolv.conf names 127.0.0.1, so that programs which read it ask our server and no
other; in the present network it stays the machine's, and such programs must not run."""

import ctypes
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile

KINDS = {"own": ["--net", "--mount"], "user": ["--user", "--map-root-user", "--net", "--mount"]}
# "fresh KIND" while the program is being run anew, then "KIND NAMESPACE": a program that inherits
# this knows whether it still holds.
MARK = "SPFSWEEP_TESTBED_NETWORK"
RESOLV_CONF = "nameserver 127.0.0.1\noptions timeout:5 attempts:5\n"

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
IFREQ = "16sh14x"
MS_BIND = 4096


class NamespaceError(Exception):
    """There is no network for us; the text is one line that says why."""


def kind():
    """How a network can be had here: "own", "user" or "present"."""
    complaint = "unshare is not installed"
    for name in ("own", "user") if os.geteuid() == 0 else ("user",):
        if shutil.which("unshare"):
            tried = subprocess.run(
                ["unshare", *KINDS[name], "true"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
            )
            if tried.returncode == 0:
                return name
            complaint = (
                tried.stderr.strip().splitlines()[-1]
                if tried.stderr.strip()
                else f"unshare ended with status {tried.returncode}"
            )
    if os.geteuid() == 0 and port_53_is_free():
        return "present"
    raise NamespaceError(
        f"no network namespace ({complaint}), and port 53 of 127.0.0.1 cannot be taken without one"
    )


def port_53_is_free():
    try:
        for type in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            with socket.socket(socket.AF_INET, type) as s:
                s.bind(("127.0.0.1", 53))
        return True
    except OSError:
        return False


def wrapped(command, name):
    """The command line that runs `command` in a fresh namespace; the program must call enter()
    early. And the environment for it."""
    environment = {**os.environ, MARK: f"fresh {name}"}
    return (
        ["unshare", *KINDS[name], "--", *command] if name in KINDS else list(command)
    ), environment


def enter():
    """Comes back inside a namespace of its own: the first call runs the program again there, with
    the same arguments, the second one (in the program that was run again) furnishes it. Gives the
    kind of the network."""
    mark = os.environ.get(MARK, "").split(" ")
    if is_inside():
        return mark[0]
    if mark[0] != "fresh":
        command, environment = wrapped([sys.executable, *sys.orig_argv[1:]], kind())
        sys.stdout.flush()
        sys.stderr.flush()
        os.execvpe(command[0], command, environment)
    if mark[1] in KINDS:
        furnish()
    os.environ[MARK] = f"{mark[1]} {current()}"
    return mark[1]


def current():
    return os.readlink("/proc/self/ns/net")


def is_inside():
    """True in a program that enter() or joined() has put where the servers are or may be."""
    return os.environ.get(MARK, "").partition(" ")[2] == current()


def furnish():
    bring_up("lo")
    try:
        bind_resolv_conf()
    except OSError as error:
        print(
            "/etc/resolv.conf stays as it is, programs that read it will not find our server: "
            f"{error}",
            file=sys.stderr,
        )


def bring_up(interface):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        request = fcntl.ioctl(s, SIOCGIFFLAGS, struct.pack(IFREQ, interface.encode(), 0))
        name, flags = struct.unpack(IFREQ, request)
        fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack(IFREQ, name, flags | IFF_UP))


def bind_resolv_conf():
    """The file needs no name once it is mounted."""
    target = os.path.realpath("/etc/resolv.conf", strict=True)
    with tempfile.NamedTemporaryFile("w") as file:
        os.fchmod(file.fileno(), 0o644)
        file.write(RESOLV_CONF)
        file.flush()
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mount(file.name.encode(), target.encode(), None, ctypes.c_ulong(MS_BIND), None):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), target)


def joined(command, pid, name):
    """The command line that runs `command` in the namespaces of process `pid`, whose network is of
    kind `name`, and the environment for it. Joining a mount namespace loses the working directory,
    so env(1) goes back to it."""
    environment = {**os.environ, MARK: f"{name} {os.readlink(f'/proc/{pid}/ns/net')}"}
    if name not in KINDS:
        return list(command), environment
    user = ["--user", "--preserve-credentials"] if name == "user" else []
    return [
        "nsenter",
        "--target",
        str(pid),
        *user,
        "--net",
        "--mount",
        "--",
        "env",
        f"--chdir={os.getcwd()}",
        *command,
    ], environment
