"""The first model: when a server trains one by itself, and that it does so once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.config import TrainingConfig, presets
from core.errors import SettingError
from core.jobs import executor, first_model, kinds
from core.records import RunStatus
from core.runs.queue_order import BACKGROUND
from core.runs.store import RunStore


@pytest.fixture(autouse=True)
def _train_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INKLAB_FIRST_MODEL", "on")
    monkeypatch.setattr(executor, "_proceed", lambda *_: None)


def test_an_empty_home_gets_the_quickest_preset(run_store: RunStore) -> None:
    assert first_model.is_due()

    run = run_store.get(first_model.train(run_store))

    assert run.name == "First model"
    assert run.config == presets.preset(presets.FASTEST).config
    assert run.status is RunStatus.QUEUED
    assert kinds.task_of(run_store, run).config == run.config


def test_it_is_coming_from_before_the_claim_until_its_run_is_there(
    run_store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that looks in between must not offer a training."""
    before = first_model.is_coming()
    between = []
    monkeypatch.setattr(
        first_model.executor,
        "submit",
        lambda *_, **__: between.append(first_model.is_coming()),
    )

    first_model.train(run_store)
    monkeypatch.setattr(first_model, "QUEUED_WITHIN_SECONDS", -1.0)

    assert (before, between) == (True, [True])
    assert not first_model.is_coming()


def test_it_lets_all_go_first_that_a_person_asked_for(run_store: RunStore) -> None:
    first = run_store.get(first_model.train(run_store))

    own = run_store.get(executor.train(run_store, TrainingConfig(), name="own"))

    assert first.place >= BACKGROUND > own.place


@pytest.mark.parametrize("is_deleted", [False, True], ids=["there", "deleted"])
def test_a_home_that_has_had_runs_gets_none(
    run_store: RunStore, *, is_deleted: bool
) -> None:
    """Whoever deleted all runs wants none."""
    run_id = run_store.create(TrainingConfig(), name="own")
    if is_deleted:
        run_store.delete(run_id)

    assert first_model.train(run_store) is None
    assert not first_model.is_due()


def test_a_first_model_that_was_deleted_does_not_come_back(
    run_store: RunStore,
) -> None:
    run_store.delete(first_model.train(run_store))

    assert first_model.train(run_store) is None
    assert run_store.runs() == ()


def test_of_servers_that_start_at_once_one_trains(run_store: RunStore) -> None:
    with ThreadPoolExecutor(4) as servers:
        made = list(servers.map(first_model.train, [run_store] * 4))

    assert len(run_store.runs()) == 1
    assert len([each for each in made if each]) == 1


def off(patch: pytest.MonkeyPatch) -> None:
    """Switch it off."""
    patch.setenv("INKLAB_FIRST_MODEL", "off")


def read_only(patch: pytest.MonkeyPatch) -> None:
    """Look only."""
    patch.setenv("INKLAB_READ_ONLY", "1")


def tracking_server(patch: pytest.MonkeyPatch) -> None:
    """Share the runs with others."""
    patch.setenv("MLFLOW_TRACKING_URI", "http://localhost:1")


def cluster(patch: pytest.MonkeyPatch) -> None:
    """Have others compute."""
    patch.setenv("INKLAB_SCHEDULER", "tcp://localhost:1")


@pytest.mark.parametrize("be", [off, read_only, tracking_server, cluster])
def test_it_is_not_due(
    be: Callable[[pytest.MonkeyPatch], None],
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And asking leaves nothing behind that would count as a claim."""
    be(monkeypatch)

    assert not first_model.is_due()
    assert not list(home.glob("*first-model"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", True),
        ("on", True),
        (" ON ", True),
        ("1", True),
        ("off", False),
        ("0", False),
    ],
)
def test_the_environment_switches_it(
    value: str, *, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKLAB_FIRST_MODEL", value)

    assert first_model.is_due() is expected


def test_another_value_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INKLAB_FIRST_MODEL", "maybe")

    with pytest.raises(SettingError, match="INKLAB_FIRST_MODEL, got 'maybe'"):
        first_model.is_due()
