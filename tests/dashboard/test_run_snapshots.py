"""What viewers of a run share, and what stays theirs."""

import itertools
from collections.abc import Callable

import pytest
import streamlit as st

from core.config import TrainingConfig, presets
from core.runs.reader import RunReader
from core.runs.store import RunStore
from dashboard import run_snapshots
from dashboard.widgets.train import live_run
from tests.dashboard.app import figure, key_in, open_app


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each time that the scores of a run are read."""
    noted: list[str] = []
    read = RunReader.history

    def history(reader: RunReader, run_id: str) -> object:
        noted.append(run_id)
        return read(reader, run_id)

    monkeypatch.setattr(RunReader, "history", history)
    return noted


def test_what_one_viewer_reads_the_others_see(
    running_run: str, reads: list[str]
) -> None:
    """Twenty viewers who each read the curves take the training's time."""
    first = run_snapshots.latest(running_run, viewer="a", seen=None)

    looks = [
        run_snapshots.latest(running_run, viewer=each, seen=None) for each in "bcd"
    ]

    assert all(look is first for look in looks)
    assert reads == [running_run]


def test_nobody_is_shown_the_same_twice(
    store: RunStore, running_run: str, reads: list[str]
) -> None:
    """Who presses Stop looks at once, and must see that it has stopped."""
    seen = run_snapshots.latest(running_run, viewer="a", seen=None)
    store.stop(running_run)

    again = run_snapshots.latest(running_run, viewer="a", seen=seen)

    assert not seen.run.status.is_over
    assert again.run.status.is_over
    assert len(reads) == 2


def test_what_is_shared_grows_old(
    running_run: str, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_snapshots.latest(running_run, viewer="a", seen=None)
    monkeypatch.setattr(run_snapshots, "SHARED_SECONDS", 0.0)

    run_snapshots.latest(running_run, viewer="b", seen=None)

    assert len(reads) == 2


@pytest.mark.parametrize(
    ("viewers", "pace"), [(0, 1.0), (1, 1.0), (2, 1.0), (5, 2.5), (8, 4.0), (40, 10.0)]
)
def test_many_viewers_look_less_often(
    viewers: int, pace: float, running_run: str
) -> None:
    for number in range(viewers):
        run_snapshots.latest(running_run, viewer=str(number), seen=None)

    assert run_snapshots.pace() == pace


def test_who_has_gone_slows_nobody(
    running_run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(20):
        run_snapshots.latest(running_run, viewer=str(number), seen=None)

    monkeypatch.setattr(run_snapshots, "WATCHING_SECONDS", 0.0)

    assert run_snapshots.pace() == 1.0


@pytest.mark.parametrize(
    ("then", "intervals"), [(1.9, [0.8]), (4.0, [0.8, 3.2])], ids=["few", "many"]
)
def test_a_page_that_finds_many_more_viewers_looks_less_often(
    then: float,
    intervals: list[float],
    running_run: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who came first would look as often as one who is alone, all the time."""
    paces = itertools.chain([1.0], itertools.repeat(then))
    monkeypatch.setattr(run_snapshots, "pace", lambda: next(paces))
    found: list[float] = []
    fragment = st.fragment

    def noting(look: Callable[..., None], **options: float) -> Callable[..., None]:
        if look.__module__ == live_run.__name__:
            found.append(options["run_every"])
        return fragment(look, **options)

    monkeypatch.setattr(live_run.st, "fragment", noting)

    app = open_app("train", watch=running_run)

    assert not app.exception
    assert found == pytest.approx(intervals)


def test_two_sessions_have_their_own_recipe_run_and_curves(
    store: RunStore, running_run: str
) -> None:
    """What is shared by mistake shows only with two users."""
    other_run = store.create(TrainingConfig(epochs=7), name="other-run")
    lenet = presets.preset("lenet").config
    mine = open_app("train", watch=running_run)
    theirs = open_app("train", watch=other_run)
    mine.slider(key="epochs").set_value(33).run()
    theirs.pills(key="preset").select("lenet").run()

    mine.run()
    theirs.run()

    assert mine.slider(key="epochs").value == 33
    assert mine.pills(key="preset").value != "lenet"
    assert theirs.slider(key=key_in(theirs, "epochs")).value == lenet.epochs
    assert figure(mine, "curve_loss")["layout"]["xaxis"]["range"] == [0, 20]
    assert figure(theirs, "curve_loss")["layout"]["xaxis"]["range"] == [0, 7]
    assert "long-run" in mine.get("progress")[0].proto.text
    assert "other-run" in theirs.get("progress")[0].proto.text
    assert mine.session_state["viewer"] != theirs.session_state["viewer"]
