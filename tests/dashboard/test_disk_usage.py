"""Runs: what they take on the disk, and how deleted ones are freed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import UnknownRunError
from core.runs import disk
from core.runs.store import RunStore
from tests import small_data
from tests.dashboard.app import alerts, open_app, text

MakeRun = Callable[..., str]


@pytest.fixture
def make_trial(store: RunStore, tmp_path: Path) -> Callable[[int], str]:
    """Give a function that puts a trial into the store, the better the higher."""
    files = tmp_path / "files"
    files.mkdir()
    (files / "checkpoint.npz").write_bytes(bytes(2_000_000))

    return lambda number: small_data.finished_trial(store, number, files=files)


def open_disk(**address: str) -> AppTest:
    """Open the part of Runs about the disk."""
    app = open_app("runs", **address)
    app.session_state["disk"] = True
    return app.run()


def test_each_run_has_its_size_in_the_table(store: RunStore, finished_run: str) -> None:
    """It is that of its files, in megabytes."""
    app = open_app("runs")

    files = disk.files_of(store, finished_run)
    (table,) = app.dataframe
    assert table.value["Size"][0] == sum(each.num_bytes for each in files) / 1e6
    assert app.expander[-1].label.startswith("Disk: runs take ")


def test_the_files_of_a_run_are_shown_the_largest_first(finished_run: str) -> None:
    """That is what one looks for when a run is large."""
    app = open_app("runs", runs=finished_run)
    app.session_state[f"files_{finished_run}"] = True
    app.run()

    files = app.dataframe[-1].value
    assert "predictions.npz" in list(files["File"])
    assert files["Size"].is_monotonic_decreasing


def test_deleted_runs_are_freed_after_one_question(
    store: RunStore, finish_run: MakeRun
) -> None:
    """Not before their time, unless somebody says so."""
    kept, gone = finish_run(name="kept"), finish_run(name="gone")
    store.delete(gone)
    app = open_disk()
    assert "1 deleted run can still be restored, for 7 days" in text(app)
    assert not [each for each in app.button if each.key == "free"]

    app.number_input(key="free_after_days").set_value(0).run()
    assert "1 deleted run will be gone for good" in text(app)
    app.button(key="free").click().run()

    assert any("freed: 1 run" in said for said in alerts(app))
    assert [run.id for run in store.runs()] == [kept]
    with pytest.raises(UnknownRunError):
        store.restore(gone)


def test_a_page_whose_runs_are_all_deleted_can_free_them(
    store: RunStore, finished_run: str
) -> None:
    """Otherwise nobody would find what fills the disk."""
    store.delete(finished_run)

    app = open_disk()

    assert "1 deleted run can still be restored" in text(app)


def test_trials_that_nobody_kept_are_deleted_and_can_be_restored(
    store: RunStore, finished_run: str, make_trial: Callable[[int], str]
) -> None:
    """The best of the study stays, and so do all other runs."""
    trials = [make_trial(number) for number in (1, 3, 2)]
    app = open_disk()
    assert "Trials that nobody kept: 2, 4.0 MB" in text(app)

    app.button(key="delete_trials").click().run()
    left = {run.id for run in store.runs()}
    app.button(key="undo").click().run()

    assert left == {finished_run, trials[1]}
    assert len(store.runs()) == 4
