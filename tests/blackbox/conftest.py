"""conftest.py - what the tests start, and that it is stopped."""

import signal

import pytest

import bulk
import harness
import nameservers

# What is started here must not inherit ignored signals, as it would from pytest under nohup or in a
# background job: it would rightly go on ignoring them.
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, lambda *_: None)


@pytest.fixture
def server():
    """Starts a Server; called with its script, or with raw=."""
    started = []

    def begin(script=None, **options):
        started.append(nameservers.Server(script, **options))
        return started[-1]

    yield begin
    for s in started:
        s.stop()


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
