"""dnsdist.py - the configuration of dnsdist, a proxy that stands in front of the name servers and
makes the network worse than it is."""

import dataclasses
import json
import re
import subprocess

PROGRAM = "/usr/bin/dnsdist"

HEAD = """setSecurityPollSuffix("")
setACL("127.0.0.0/8")
setMaxUDPOutstanding(65535)
setUDPSocketBufferSizes(4194304, 4194304)
setMaxTCPClientThreads(2)
setMaxTCPQueuedConnections(0)
setRingBuffersSize(100, 1)
"""

NAMES = """local function names(path)
	local set = newSuffixMatchNode()
	for name in io.lines(path) do
		set:add(newDNSName(name))
	end
	return SuffixMatchNodeRule(set, true)
end
"""


@dataclasses.dataclass(frozen=True)
class Impairments:
    """What is wrong with the network. Percentages are of questions, by chance."""

    loss: float = 0  # UDP questions that get lost
    delay: int = 0  # milliseconds before each UDP answer
    servfail: float = 0  # questions that are answered with SERVFAIL
    truncate: float = 0  # UDP questions that are answered with nothing but the TC bit
    limit: int = 0  # UDP questions in a second that are answered; what is more gets lost
    silence: bool = False  # forward only: silent and refusing zones are so, and not SERVFAIL

    def wanted(self):
        return any(dataclasses.astuple(self))


@dataclasses.dataclass(frozen=True)
class Pool:
    """Addresses that are ours to listen on, and the port of 127.0.0.1 where the server behind them
    is."""

    name: str
    addresses: list
    port: int


def by_chance(percent):
    return f"ProbaRule({percent / 100:.6f})"


def network_rules(impairments):
    """The delay is noted first and holds for every answer; what is lost gets none."""
    if impairments.delay:
        yield f"addAction(AllRule(), DelayAction({impairments.delay}))"
    if impairments.loss:
        yield f"addAction(AndRule({{TCPRule(false), {by_chance(impairments.loss)}}}), DropAction())"
    if impairments.limit:
        yield (
            f"addAction(AndRule({{TCPRule(false), NotRule(MaxQPSRule({impairments.limit}))}}), "
            "DropAction())"
        )


def server_rules(impairments):
    if impairments.truncate:
        yield (
            f"addAction(AndRule({{TCPRule(false), {by_chance(impairments.truncate)}}}), TCAction())"
        )
    if impairments.servfail:
        yield f"addAction({by_chance(impairments.servfail)}, RCodeAction(DNSRCode.SERVFAIL))"


def listen_lines(pool, n_sockets=32):
    yield (
        f'newServer({{address="127.0.0.1:{pool.port}", name="{pool.name}", '
        f'pool="{pool.name}", sockets={n_sockets}}}):setUp()'
    )
    yield f"local {pool.name} = newNMG()"
    for address in pool.addresses:
        yield f'addLocal("{address}:53")'
        yield f'{pool.name}:addMask("{address}/32")'


def dead_name_rules(pool, silent, refusing):
    """Only there: the servers that delegate a dead zone are alive."""
    yield NAMES
    for path, action in ((silent, "DropAction()"), (refusing, "RCodeAction(DNSRCode.REFUSED)")):
        yield (
            f"addAction(AndRule({{NetmaskGroupRule({pool}, false), names({json.dumps(path)})}}), "
            f"{action})"
        )


def write_config(path, pools, impairments, dead_names=None):
    """`dead_names` has the name of a pool, and two files of zones: the first ones are silent there,
    the others refused, with all below them. Gives the command line."""
    lines = [line for pool in pools for line in listen_lines(pool)]
    lines += network_rules(impairments)
    lines += dead_name_rules(*dead_names) if dead_names else []
    lines += server_rules(impairments)
    lines += [
        f'addAction(NetmaskGroupRule({pool.name}, false), PoolAction("{pool.name}"))'
        for pool in pools
    ]
    with open(path, "w") as out:
        out.write(HEAD + "\n".join(lines) + "\n")
    return [PROGRAM, "--supervised", "--disable-syslog", "-C", path]


def version():
    return re.search(
        r"dnsdist (\S+)",
        subprocess.run([PROGRAM, "--version"], capture_output=True, text=True).stdout,
    ).group(1)
