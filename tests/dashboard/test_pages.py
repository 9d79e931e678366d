"""Every page in each of its four states: nothing yet, busy, failed, result."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from core.jobs import first_model
from core.runs import server
from core.runs.store import RunStore
from tests.dashboard.app import alerts, go_to, open_app, text
from tests.dashboard.homes import finish
from tests.serving import PAGES

WITH_STORE = [page for page in PAGES if page != "explore"]
OF_A_RUN = ["draw", "evaluate", "mistakes"]
every_page = pytest.mark.parametrize("page", PAGES)


def test_navigation_has_each_page_of_the_folder() -> None:
    """A page that nobody can reach is a page that nobody tests."""
    app = open_app()

    for page in PAGES:
        assert not go_to(app, page).exception


@every_page
@pytest.mark.usefixtures("store")
def test_page_without_a_run_shows_no_error(page: str) -> None:
    """Everybody's first visit."""
    app = open_app(page)

    assert len(app.title) == 1
    assert not app.exception
    assert not app.error
    assert not app.warning


@pytest.mark.parametrize("page", [*OF_A_RUN, "overview"])
def test_page_without_a_run_offers_to_train_one(
    page: str, store: RunStore, tasks: list[object]
) -> None:
    """An empty page must lead on with one click."""
    app = open_app(page)
    assert any("network" in said for said in alerts(app))

    app.button(key="train_first").click().run()

    (run,) = store.runs()
    assert app.title[0].value == "Train"
    assert tasks == [("perform_queued", (run.id,))]
    assert app.progress[0].text == f"{run.name} is starting"


@pytest.mark.usefixtures("tasks")
def test_first_model_is_watched_until_its_results_are_there(
    store: RunStore, result_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has to click, or to wonder why there is nothing."""
    monkeypatch.setenv("INKLAB_FIRST_MODEL", "on")
    app = open_app("evaluate")
    awaited = alerts(app)

    run_id = first_model.train(store)
    app.run()
    begun = alerts(app), app.progress[0].text
    finish(store, run_id, files=result_files)
    app.run()

    assert "A first model will be trained in a moment" in awaited[0]
    assert "A first model is being trained" in begun[0][0]
    assert begun[1] == "First model is starting"
    assert app.query_params["run"] == run_id


@every_page
@pytest.mark.usefixtures("usable_run")
def test_page_with_a_result_shows_it(page: str) -> None:
    app = open_app(page)

    assert len(app.title) == 1
    assert not app.exception
    assert not app.error
    assert not app.warning
    assert "no trained network" not in text(app)


@pytest.mark.parametrize("page", OF_A_RUN)
def test_page_shows_the_newest_run_and_has_it_in_the_address(
    page: str, usable_run: str
) -> None:
    """A copied address must show others the same."""
    app = open_app(page)

    assert app.query_params["run"] == usable_run
    assert app.selectbox(key="run_picker").value == usable_run


@pytest.mark.parametrize("page", OF_A_RUN)
def test_link_to_a_deleted_run_says_so_and_shows_the_newest(
    page: str, store: RunStore, usable_run: str
) -> None:
    gone = store.create(store.get(usable_run).config, name="gone")
    store.delete(gone)

    app = open_app(page, run=gone)

    assert "has not finished" in app.warning[0].value
    assert app.selectbox(key="run_picker").value == usable_run
    assert not app.exception


@pytest.mark.parametrize("page", OF_A_RUN)
def test_run_that_is_deleted_while_one_looks_at_it_is_gone(
    page: str, store: RunStore, usable_run: str
) -> None:
    """Somebody may tidy up in a terminal."""
    app = open_app(page)
    store.delete(usable_run)

    app.run()

    assert app.button(key="train_first")
    assert not app.exception


@every_page
@pytest.mark.usefixtures("usable_run", "running_run")
def test_page_works_while_a_run_trains(page: str) -> None:
    app = open_app(page)

    assert not app.exception
    assert not app.error
    assert not app.warning


@pytest.mark.usefixtures("running_run")
def test_run_at_work_is_not_offered_for_evaluation() -> None:
    """It has no predictions yet; the page says how far it is, and looks again."""
    app = open_app("evaluate")

    assert "A first network is being trained" in app.info[0].value
    assert "epoch 5 of 20" in app.progress[0].text
    assert not app.selectbox


@pytest.mark.parametrize("page", WITH_STORE)
def test_store_of_a_newer_version_is_named(page: str, filled_home: Path) -> None:
    """After a step back to an older version of Inklab."""
    with sqlite3.connect(filled_home / "runs.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'")
    connection.close()

    app = open_app(page)

    assert "one of another version" in app.error[0].value
    assert not app.exception


@pytest.mark.parametrize("page", WITH_STORE)
def test_damaged_store_is_named(page: str, home: Path) -> None:
    home.mkdir()
    (home / "runs.db").write_bytes(b"this is not a database" * 100)

    app = open_app(page)

    assert "Expected the run store to answer" in app.error[0].value
    assert not app.exception


@every_page
def test_home_that_cannot_be_written_is_named(page: str, home: Path) -> None:
    """A file in its place stands for a full or read-only disk, for root too."""
    home.write_text("in the way")

    app = open_app(page)

    assert "Expected a folder that can be written" in app.error[0].value
    assert not app.exception


@every_page
def test_tracking_server_that_is_down_is_named(
    page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within a time that is told while one waits, not after four silent minutes."""
    monkeypatch.setitem(server.wait_for.__kwdefaults__, "seconds", 0.1)
    # Nobody may listen at this port.
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")

    app = open_app(page)

    assert "Expected the tracking server http" in app.error[0].value
    assert not app.exception


def test_page_recovers_when_the_store_does(filled_home: Path) -> None:
    """A failure must not be remembered."""
    file, away = filled_home / "runs.db", filled_home / "away.db"
    file.rename(away)
    file.write_bytes(b"this is not a database" * 100)
    app = open_app()
    assert app.error
    away.replace(file)

    app.run()

    assert not app.error


@pytest.mark.parametrize("page", ["evaluate", "mistakes"])
def test_damaged_predictions_are_named(
    page: str, store: RunStore, finished_run: str
) -> None:
    store.artifact(finished_run, "predictions.npz").write_bytes(b"PK damaged")

    app = open_app(page)

    assert "the file is missing or damaged" in app.error[0].value
    assert not app.exception


@pytest.mark.parametrize("page", ["draw", "train", "overview", "explore"])
def test_damaged_predictions_leave_the_other_pages_alone(
    page: str, store: RunStore, usable_run: str
) -> None:
    store.artifact(usable_run, "predictions.npz").write_bytes(b"PK damaged")

    app = open_app(page)

    assert not app.error
    assert not app.exception


@pytest.mark.usefixtures("finished_run")
def test_missing_model_file_is_named() -> None:
    app = open_app("draw")

    assert "Expected model.tflite" in app.error[0].value
    assert "train it again" in app.error[0].value
    assert not app.exception


def test_damaged_run_leaves_the_choice_of_another(
    store: RunStore, finish_run: Callable[..., str]
) -> None:
    """One bad file must not lock the page."""
    good, bad = finish_run(name="good"), finish_run(name="bad")
    store.artifact(bad, "predictions.npz").unlink()
    app = open_app("evaluate", run=bad)
    assert app.error

    app.selectbox(key="run_picker").select(good).run()

    assert not app.error
    assert app.query_params["run"] == good
