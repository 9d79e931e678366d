"""One cluster for all tests here, and this process as the web process of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.jobs import lanes
from core.records import Lane
from core.runs import open_store
from core.runs.store import RunStore
from tests.cluster.machines import SECONDS, Machines, starting
from tests.small_data import wait_until


@pytest.fixture(scope="session")
def machines(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Iterator[Machines]:
    """Start a tracking server, a scheduler and two workers."""
    folder = tmp_path_factory.mktemp("cluster")
    with starting(folder, empty_database) as started, pytest.MonkeyPatch.context() as p:
        for name, value in started.variables.items():
            p.setenv(name, value)
        p.setenv("INKLAB_HOME", str(folder / "web"))
        yield started
        cluster().shutdown()


@pytest.fixture(autouse=True)
def home(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Take the place of the home that each test has elsewhere."""
    folder = machines.folder / "web"
    variables = machines.variables | {"INKLAB_HOME": str(folder)}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return folder


@pytest.fixture
def store(machines: Machines) -> RunStore:
    """Open the store once as many workers are there as a test may count on."""
    wait_until(lambda: cluster().state().num_workers == 2, seconds=SECONDS)
    assert machines.workers
    return open_store()


def cluster() -> lanes.Cluster:
    """Return the cluster that this process uses."""
    found = lanes.cluster_of(Lane.COMPUTE)
    assert found is not None
    return found
