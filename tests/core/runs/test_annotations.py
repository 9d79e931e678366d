"""What people do with runs: name, note, star, delete several, take it back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from mlflow.tracking import MlflowClient

from core import settings
from core.config import TrainingConfig
from core.errors import RunTextError, UnknownRunError
from core.records import RunScores, RunStatus
from core.runs import annotations
from core.runs.store import RunStore

CONFIG = TrainingConfig()


@pytest.fixture
def run_id(run_store: RunStore) -> str:
    """Create a run that waits."""
    return run_store.create(CONFIG, name="first name")


@pytest.fixture
def client(run_store: RunStore) -> MlflowClient:
    """Return MLflow's own client of the same store."""
    assert run_store
    return MlflowClient(tracking_uri=settings.tracking_uri())


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("best so far", "best so far"),
        ("  blanks \n", "blanks"),
        ("x" * 120, "x" * 120),
        ("手書き, écriture, 7 & <b>", "手書き, écriture, 7 & <b>"),
    ],
    ids=["plain", "blanks", "longest", "of any script"],
)
def test_renamed_run_has_its_new_name_everywhere(
    run_store: RunStore, client: MlflowClient, run_id: str, typed: str, name: str
) -> None:
    """MLflow keeps a name in two places."""
    annotations.rename(run_store, run_id, typed)

    assert run_store.get(run_id).name == name
    assert [run.name for run in run_store.runs()] == [name]
    found = client.get_run(run_id)
    assert (found.info.run_name, found.data.tags["mlflow.runName"]) == (name, name)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "visible characters"),
        (" \t\n", "visible characters"),
        ("\u200b", "visible characters"),
        ("x" * 121, "up to 120 characters, got 121"),
        ("two\nlines", "without control characters, got '\\\\n'"),
        ("null\0byte", "without control characters"),
        ("\x1b[31mred", "without control characters"),
        ("turned\u202eround", "without control characters"),
        ("half \ud800", "without control characters"),
    ],
    ids=[
        "empty",
        "blank",
        "unseen",
        "long",
        "lines",
        "null",
        "escape",
        "turned",
        "half",
    ],
)
def test_impossible_name_is_refused_and_the_old_one_stays(
    run_store: RunStore, run_id: str, name: str, message: str
) -> None:
    with pytest.raises(RunTextError, match=message):
        annotations.rename(run_store, run_id, name)

    assert run_store.get(run_id).name == "first name"


def test_note_is_kept_where_mlflow_shows_it(
    run_store: RunStore, client: MlflowClient, run_id: str
) -> None:
    annotations.note(run_store, run_id, " First line.\n\tSecond: 97 %. ")

    assert run_store.get(run_id).note == "First line.\n\tSecond: 97 %."
    tags = client.get_run(run_id).data.tags
    assert tags["mlflow.note.content"] == "First line.\n\tSecond: 97 %."


def test_longest_note_is_kept_whole(run_store: RunStore, run_id: str) -> None:
    """MLflow cuts tags that are too long."""
    annotations.note(run_store, run_id, "ä" * 5000)

    assert run_store.get(run_id).note == "ä" * 5000
    assert run_store.runs()[0].note == "ä" * 5000


@pytest.mark.parametrize("text", ["x" * 5001, "null\0byte"], ids=["long", "null"])
def test_impossible_note_is_refused_and_the_old_one_stays(
    run_store: RunStore, run_id: str, text: str
) -> None:
    annotations.note(run_store, run_id, "old")

    with pytest.raises(RunTextError):
        annotations.note(run_store, run_id, text)

    assert run_store.get(run_id).note == "old"


def test_empty_note_removes_it(run_store: RunStore, run_id: str) -> None:
    annotations.note(run_store, run_id, "old")

    annotations.note(run_store, run_id, "  ")

    assert run_store.get(run_id).note == ""


def test_star_comes_and_goes(run_store: RunStore, run_id: str) -> None:
    """Also twice: two sessions may both click."""
    assert not run_store.get(run_id).is_starred

    for is_starred in (True, True, False, False):
        annotations.star(run_store, run_id, is_starred=is_starred)

        assert run_store.get(run_id).is_starred is is_starred


@pytest.mark.parametrize(
    "change",
    [
        lambda store, run: annotations.rename(store, run, "name"),
        lambda store, run: annotations.note(store, run, "note"),
        lambda store, run: annotations.star(store, run, is_starred=True),
    ],
    ids=["name", "note", "star"],
)
def test_deleted_run_is_not_changed(
    run_store: RunStore, run_id: str, change: Callable[[RunStore, str], None]
) -> None:
    """Another session may have deleted it a moment ago."""
    run_store.delete(run_id)

    with pytest.raises(UnknownRunError):
        change(run_store, run_id)


def test_several_are_deleted_and_come_back(run_store: RunStore, run_id: str) -> None:
    second = run_store.create(CONFIG, name="second")
    stays = run_store.create(CONFIG, name="stays")

    deleted = annotations.delete(run_store, [run_id, second])

    assert deleted == (run_id, second)
    assert [run.id for run in run_store.runs()] == [stays]
    assert annotations.restore(run_store, deleted) == deleted
    assert {run.id for run in run_store.runs()} == {run_id, second, stays}


def test_run_that_is_gone_does_not_keep_the_others_from_being_deleted(
    run_store: RunStore, run_id: str
) -> None:
    gone = run_store.create(CONFIG, name="gone")
    run_store.delete(gone)

    assert annotations.delete(run_store, [gone, "nonsense", run_id]) == (run_id,)
    assert run_store.runs() == ()


def test_what_is_gone_for_good_is_not_restored(
    run_store: RunStore, run_id: str
) -> None:
    annotations.delete(run_store, [run_id])

    assert annotations.restore(run_store, ["0" * 32, run_id]) == (run_id,)


def test_finished_run_comes_back_as_it_was(
    run_store: RunStore, run_id: str, tmp_path: Path
) -> None:
    run_store.start(run_id)
    scores = RunScores(test_accuracy=0.75, test_size=100, best_epoch=7)
    (tmp_path / "files").mkdir()
    run_store.save_results(run_id, scores=scores, files=tmp_path / "files")
    run_store.finish(run_id)
    annotations.note(run_store, run_id, "good")
    before = run_store.get(run_id)

    annotations.restore(run_store, annotations.delete(run_store, [run_id]))

    assert run_store.get(run_id) == before
    assert before.scores.best_epoch == 7


def test_run_that_waited_comes_back_stopped(run_store: RunStore, run_id: str) -> None:
    """Its place in the queue is lost."""
    annotations.restore(run_store, annotations.delete(run_store, [run_id]))

    assert run_store.get(run_id).status is RunStatus.STOPPED
    assert not run_store.start(run_id)


def test_run_at_work_comes_back_stopped(run_store: RunStore, run_id: str) -> None:
    """Its worker is alive, but gave up when it could not write any more."""
    run_store.start(run_id)

    annotations.restore(run_store, annotations.delete(run_store, [run_id]))

    run = run_store.get(run_id)
    assert run.status is RunStatus.STOPPED
    assert run_store.is_stop_requested(run_id)


def test_run_that_was_being_saved_does_not_come_back_saving_for_ever(
    run_store: RunStore, run_id: str
) -> None:
    run_store.start(run_id)
    run_store.stop(run_id, saving=True)
    assert run_store.get(run_id).is_saving

    annotations.restore(run_store, annotations.delete(run_store, [run_id]))

    assert not run_store.get(run_id).is_saving
