"""What all sessions share: which run is watched, which wait, who starts one."""

import threading
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from core.config import TrainingConfig
from core.jobs import executor
from core.runs.store import RunStore
from dashboard import services
from dashboard.charts.theme import DARK, LIGHT, Palette
from dashboard.services import start  # tests of pages have another in its place
from tests import small_data


def test_watched_run_is_the_named_one_then_the_one_at_work_then_the_newest(
    store: RunStore,
) -> None:
    old, at_work, new = (store.create(TrainingConfig(), name=name) for name in "abc")
    store.start(at_work)

    assert services.watched_run(services.runs(), old).id == old
    assert services.watched_run(services.runs(), None).id == at_work
    assert services.watched_run(services.runs(), "nonsense").id == at_work
    store.stop(at_work)
    assert services.watched_run(services.runs(), None).id == new


@pytest.mark.usefixtures("store")
def test_without_runs_none_is_watched() -> None:
    assert services.watched_run(services.runs(), "nonsense") is None
    assert services.finished_runs(services.runs()) == ()
    assert services.waiting_jobs(services.jobs()) == ()


def test_only_finished_runs_are_offered_the_newest_first(
    store: RunStore, finish_run: Callable[..., str], running_run: str
) -> None:
    first, second = finish_run(name="first"), finish_run(name="second")
    store.fail(store.create(TrainingConfig(), name="failed"), "The disk is full.")

    ids = [run.id for run in services.finished_runs(services.runs())]

    assert ids == [second, first]
    assert running_run not in ids


def test_only_queued_runs_wait(store: RunStore, running_run: str) -> None:
    assert running_run
    waiting = store.create(TrainingConfig(), name="next")

    assert [run.id for run in services.waiting_jobs(services.jobs())] == [waiting]


def test_started_run_is_queued_and_handed_to_the_executor(
    store: RunStore, tasks: list[object]
) -> None:
    config = TrainingConfig(epochs=3)

    run_id = services.start_run(config, name="mine")

    run = store.get(run_id)
    assert (run.config, run.name) == (config, "mine")
    assert tasks == [("perform_queued", (run_id,))]


def test_the_first_point_is_waited_for_a_moment(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that is ready shows it in half a second; the next look would be later."""
    monkeypatch.setattr(services, "START_PATIENCE_SECONDS", 60.0)
    run_id = store.create(TrainingConfig(), name="started")
    store.start(run_id)
    threading.Timer(0.2, store.log, (run_id, [small_data.progress(0.25)])).start()

    services.wait_for_first_point(run_id)

    assert store.get(run_id).scores.epochs_done == 0.25


def test_a_run_that_ended_before_its_first_point_is_not_waited_for(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has none to come."""
    monkeypatch.setattr(services, "START_PATIENCE_SECONDS", 60.0)
    run_id = store.create(TrainingConfig(), name="broken")
    store.fail(run_id, "The disk is full.")
    waits: list[float] = []
    monkeypatch.setattr(services.time, "sleep", waits.append)

    services.wait_for_first_point(run_id)

    assert waits == []


@pytest.mark.parametrize(
    ("agent", "phone"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Mobile/15E148 Safari/604.1", True),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/140.0 Mobile Safari/537.36", True),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36", False),
        ("", False),
        (None, False),
    ],
    ids=["iPhone", "Android", "desktop", "empty", "none"],
)
def test_phone_is_known_by_what_its_browser_says(
    agent: str | None, *, phone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {} if agent is None else {"User-Agent": agent}
    monkeypatch.setattr(services.st, "context", SimpleNamespace(headers=headers))

    assert services.is_phone() is phone


@pytest.mark.parametrize(
    ("theme", "palette"), [("dark", DARK), ("light", LIGHT), (None, LIGHT)]
)
def test_palette_is_that_of_the_theme(
    theme: str | None, palette: Palette, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = SimpleNamespace(theme=SimpleNamespace(type=theme))
    monkeypatch.setattr(services.st, "context", context)

    assert services.palette() == palette


def test_server_warms_the_worker_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first run should not wait for TensorFlow."""
    done: list[str] = []
    is_over = threading.Event()
    monkeypatch.setattr(services, "WARM_UP_DELAY_SECONDS", 0.0)
    monkeypatch.setattr(executor, "warm_up", lambda: done.append("warm"))
    monkeypatch.setattr(executor, "adopt_on", is_over.set)

    start()

    # The last that its timer does, which would go on in another test.
    assert is_over.wait(60)
    assert done == ["warm"]
