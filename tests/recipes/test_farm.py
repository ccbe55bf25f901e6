"""test_farm.py - examples/farm: two recursors with the recipe's configurations behind dnsdist.
Private reverse zones reach the DNS, and a name goes to one recursor only, so that the farm asks
hardly more than one recursor. Prints what each way costs."""

import os
import re
import shutil
import subprocess

import dns.message
import dns.query
import pytest

import harness
import nameservers

FARM = harness.ROOT / "examples/farm"
PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"
N_DOMAINS, N_ROWS = 1500, 6000
TICKS = os.sysconf("SC_CLK_TCK")
ADDRESS, NAME = "127.0.0.1", "farm.example."


def needs(*programs):
    missing = [name for name in programs if not shutil.which(name, path=PATH)]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {missing}")


def authority(name, type):
    """Everything; what leaves the farm is counted here."""
    if name.endswith("in-addr.arpa"):
        return ["host.farm.example."] if type == "PTR" else []
    if type == "NS" or name == "":
        return []
    records = {"TXT": "v=spf1 a mx -all", "A": "192.0.2.7", "MX": "10 mx.farm.example."}
    return [records[type]] if type in records else []


class Farm:
    def __init__(self, folder, kind):
        self.kind, self.started = kind, []
        self.dns = nameservers.Server(authority)
        host, port = self.dns.upstream.split("=")[1].rsplit(":", 1)
        self.ports = [53010 + 20 * (os.getpid() % 50) + i for i in range(3)]
        start = self.start_unbound if kind == "unbound" else self.start_knot
        for i in (1, 2):
            start(folder, i, host, port)
        lua = self.with_ports((FARM / "dnsdist.lua").read_text())
        lua = lua.replace("maxCheckFailures=5", 'checkName="farm.example.", maxCheckFailures=50')
        (folder / "dnsdist.lua").write_text(lua)
        self.start("dnsdist", "--supervised", "--disable-syslog", "-C", folder / "dnsdist.lua")
        for port in self.ports:
            harness.until(lambda p=port: nameservers.answers(ADDRESS, p, NAME), what=port)

    def with_ports(self, text):
        return re.sub(r"530([012])\b", lambda m: str(self.ports[int(m.group(1))]), text)

    def start_unbound(self, folder, i, host, port):
        """The recipe recurses; here everything is asked of the test's authority."""
        text = self.with_ports((FARM / f"unbound-{i}.conf").read_text())
        text = text.replace("ratelimit: 200", "ratelimit: 0").replace("4m", "1m")
        text += f'forward-zone:\n\tname: "."\n\tforward-addr: {host}@{port}\n'
        text += 'server:\n\tdo-not-query-localhost: no\n\tchroot: ""\n\tusername: ""\n'
        text += '\tpidfile: ""\n'
        path = folder / f"unbound-{i}.conf"
        path.write_text(text + f'\tdirectory: "{folder}"\n')
        check = ["unbound-checkconf", FARM / f"unbound-{i}.conf"]
        subprocess.run(check, check=True, env=self.env())
        self.start("unbound", "-d", "-c", path)

    def start_knot(self, folder, i, host, port):
        text = (FARM / "kresd-1.conf").read_text().replace("5301", str(self.ports[i]))
        text = text.replace("512 * MB", "16 * MB").replace("modules.unload('policy')", "")
        text += f"policy.add(policy.all(policy.STUB('{host}@{port}')))\n"
        path, cache = folder / f"kresd-{i}.conf", folder / f"cache-{i}"
        path.write_text(text)
        cache.mkdir()
        self.start("kresd", "-n", "-c", path, cache)

    def env(self):
        return {**os.environ, "PATH": PATH}

    def start(self, *command):
        self.started.append(
            subprocess.Popen(
                list(map(str, command)), env=self.env(), stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
        )  # fmt: skip

    def cpu_s(self):
        ticks = 0
        for process in self.started:
            with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / TICKS

    def stop(self):
        for process in self.started:
            nameservers.stop(process)
        self.dns.stop()


def measure(folder, kind, text, which):
    """Questions that leave, and pairs per CPU-second, of a farm that has seen nothing yet."""
    folder.mkdir()
    farm = Farm(folder, kind)
    try:
        before, cpu = farm.dns.count(), farm.cpu_s()
        upstreams = [f"--upstream={ADDRESS}:{farm.ports[i]}" for i in which]
        scan = harness.scan(folder, text, *upstreams, "--allow-rewriting", "--checks=spf,a,mx")
        assert scan.status == harness.DONE and scan.summary["temperror_rows"] == 0
        assert scan.summary["spf"]["fail"] == N_ROWS
        left = farm.dns.count() - before
        seconds = farm.cpu_s() - cpu + scan.summary["cpu_seconds"]
        print(f"{kind} {which}: {left} questions left, {N_ROWS / seconds:.0f} pairs per CPU-second")
        return left
    finally:
        farm.stop()


def ask(port, name, type):
    question = dns.message.make_query(name, type)
    return dns.query.udp(question, ADDRESS, port=port, timeout=10)


@needs("unbound", "dnsdist")
def test_private_reverse_zones_are_open(tmp_path):
    farm = Farm(tmp_path, "unbound")
    try:
        for name in ("1.0.0.10.in-addr.arpa.", "1.1.168.192.in-addr.arpa."):
            answer = ask(farm.ports[0], name, "PTR")
            assert [str(r) for r in answer.answer[0]] == ["host.farm.example."], answer
    finally:
        farm.stop()


@pytest.mark.parametrize("kind", [
    pytest.param("unbound", marks=needs("unbound", "dnsdist")),
    pytest.param("knot", marks=needs("kresd", "dnsdist")),
])  # fmt: skip
def test_a_name_goes_to_one_recursor(tmp_path, kind):
    text = "domain,ip\n" + "".join(
        f"d{n % N_DOMAINS}.farm.example,10.1.{n % 200}.{n % 250}\n" for n in range(N_ROWS)
    )
    one = measure(tmp_path / "one", kind, text, [1])
    farm = measure(tmp_path / "farm", kind, text, [0])
    print(f"{kind}: the farm asks {farm / one:.3f} times what one recursor asks")
    assert farm < one * 1.1
