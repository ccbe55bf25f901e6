"""conftest.py - what the tests start, and that it is stopped."""

import contextlib
import signal

import pytest

import bulk
import harness
import nameservers

# Where a sanitizer can find what it does not find in the unit tests: threads from start to end and
# their hand-over, octets of strangers, damaged files, and what runs out. tests/README.md has the
# reasons.
SANITIZED = {
    "test_damage",
    "test_export",
    "test_faults",
    "test_forward_hostile",
    "test_hostile_octets",
    "test_kill",
    "test_limits",
    "test_lost",
    "test_merge",
    "test_record",
    "test_resume",
    "test_retry",
    "test_rows",
    "test_shard",
    "test_signals",
    "test_sweep",
    "test_terminal",
}

# What is started here must not inherit ignored signals, as it would from pytest under nohup or in a
# background job: it would rightly go on ignoring them.
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, lambda *_: None)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """The slow ones first, or the last worker ends long after the others."""
    for item in items:
        if item.path.stem in SANITIZED:
            item.add_marker("sanitized")
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """With -n: a worker gets a test when it has less than two. xdist's own way deals out dozens,
    which then wait behind a slow one."""
    from xdist.scheduler import LoadScheduling

    class TwoByTwo(LoadScheduling):
        def schedule(self):
            if self.collection is None and self._check_nodes_have_same_collection():
                self.collection = next(iter(self.node2collection.values()))
                self.pending[:] = range(len(self.collection))
            for _ in range(2):
                for node in self.nodes:
                    self.check_schedule(node)

        def check_schedule(self, node, duration=0):
            if node.shutting_down:
                return
            if self.pending and len(self.node2pending[node]) < 2:
                self._send_tests(node, 1)
            if not self.pending:
                node.shutdown()

    return TwoByTwo(config, log)


@pytest.fixture
def server():
    """Starts a Server; called with its script, or with raw=."""
    with contextlib.ExitStack() as started:

        def begin(script=None, **options):
            one = nameservers.Server(script, **options)
            started.callback(one.stop)
            return one

        yield begin


@pytest.fixture
def running():
    """Starts spfsweep beside the test; called with its command line."""
    started = []

    def begin(*args, **options):
        started.append(harness.start(*args, **options))
        return started[-1]

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()


@pytest.fixture(scope="session")
def bulk_nsd(tmp_path_factory):
    """An NSD with the zones of bulk.py."""
    nsd = nameservers.Nsd(tmp_path_factory.mktemp("bulk"), bulk.ZONES)
    yield nsd
    nsd.stop()


@pytest.fixture(params=["own engine", "libunbound"])
def engine(request, bulk_nsd, tmp_path):
    """The option that has the bulk NSD asked, by one engine and then by the other."""
    if request.param == "own engine":
        return bulk_nsd.upstream
    config = tmp_path / "unbound.conf"
    config.write_text(
        f'forward-zone:\n  name: "."\n  forward-addr: {bulk_nsd.address}@{bulk_nsd.port}\n'
    )
    return f"--unbound-config={config}"
