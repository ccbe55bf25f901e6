"""shardkills.py - stands in for spfsweep where shards are scanned, and kills some of them in the
middle: the first try of each, when part of its rows is on the disk."""

import harness

# Reads no more than the scan has written.
WRAPPER = """#!/bin/bash
k=$(grep -oE '[0-9]+/{n_shards}' <<<"$*" | cut -d/ -f1)
if [[ $1 == scan && " {killed} " == *" $k "* && ! -e {folder}/killed-$k ]]; then
	{binary} "$@" {options} --sync-interval 1 &
	pid=$!
	until [[ $(stat -c %s {folder}/out/shard-$k.csv.gz 2>/dev/null || echo 0) -gt {bytes} ]]; do
		sleep 0.05
	done
	kill -9 $pid
	wait $pid
	touch {folder}/killed-$k
	exit 137
fi
exec {binary} "$@"
"""


def write_wrapper(folder, killed, n_shards, n_bytes, *options):
    """The program's path. Shards are written to folder/out. Those in `killed` die, once, when
    their output has more than `n_bytes`; until then they run with the options as well. That one
    was killed is told by folder/killed-K."""
    wrapper = folder / "spfsweep"
    wrapper.write_text(
        WRAPPER.format(
            folder=folder,
            killed=" ".join(map(str, killed)),
            n_shards=n_shards,
            bytes=n_bytes,
            options=" ".join(options),
            binary=harness.SPFSWEEP,
        )
    )
    wrapper.chmod(0o755)
    return wrapper
