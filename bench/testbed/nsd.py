"""nsd.py - configuration files for the name server NSD."""

import os
import re
import subprocess

PROGRAM = "/usr/sbin/nsd"
# The file of zones without data, which does not exist: NSD answers SERVFAIL.
NO_DATA = "no-data"

CONFIG = """server:
{listen}
	do-ip6: no
	server-count: 1
	verbosity: {verbosity}
	username: ""
	chroot: ""
	database: ""
	pidfile: ""
	zonesdir: "{zones}"
	xfrdir: "{state}"
	xfrdfile: "{state}/xfrd.state"
	zonelistfile: "{state}/zone.list"
	zonefiles-write: 0
	ipv4-edns-size: 1232
	rrl-ratelimit: {rrl}
	rrl-whitelist-ratelimit: {rrl}
	rrl-slip: 2
	tcp-count: 1000
	receive-buffer-size: 4194304
	send-buffer-size: 4194304
	minimal-responses: yes
	confine-to-zone: yes
remote-control:
	control-enable: no
"""


def write_config(state, listen, zones=None, rrl=0):
    """Makes the folder `state` for what NSD writes, and the configuration in it. `listen` has pairs
    of address and port; `zones` is a layout's list of zones. Without zones NSD refuses every
    question. With `rrl` it answers so many questions of one kind a second, and of the others every
    second one with nothing but the TC bit; 0: all. Gives the command line."""
    os.makedirs(state, exist_ok=True)
    state = os.path.abspath(state)
    with open(os.path.join(state, "nsd.conf"), "w") as out:
        listen = "\n".join(f"\tip-address: {address}@{port}" for address, port in listen)
        out.write(
            CONFIG.format(
                listen=listen,
                zones=os.path.dirname(os.path.abspath(zones)) if zones else state,
                state=state,
                rrl=rrl,
                verbosity=1 if rrl else 0,  # it tells whom it limits
            )
        )
        if zones:
            out.write(f'include: "{os.path.abspath(zones)}"\n')
    return [PROGRAM, "-d", "-c", out.name]


def complaints(log):
    """What NSD had to say against the zones: it starts all the same, and answers SERVFAIL for those
    with errors."""
    with open(log, errors="replace") as file:
        return [
            line
            for line in file
            if " error: " in line and f"zonefile {NO_DATA} does not exist" not in line
        ]


def version():
    told = subprocess.run([PROGRAM, "-v"], capture_output=True, text=True)
    return re.search(r"NSD version (\S+)", told.stdout + told.stderr).group(1)
