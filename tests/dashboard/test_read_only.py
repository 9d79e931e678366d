"""Pages of an Inklab that is read-only: everything to see, nothing to change."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from streamlit.testing.v1 import AppTest

from core.config import TrainingConfig
from core.errors import ReadOnlyError
from core.jobs import executor
from core.records import TaskRecord
from core.runs.store import RunStore
from dashboard import services
from tests import made_studies
from tests.dashboard.app import alerts, go_to, open_app, text
from tests.serving import PAGES

MakeRun = Callable[..., str]

every_page = pytest.mark.parametrize("page", PAGES)

HARMLESS: Final = (
    *("clear", "shuffle", "remove_", "reset_", "verify_", "download_", "export"),
    *("close_result", "clear_", "pair_", "swap_runs", "compare_", "show_all_runs"),
    *("select_none", "select_passing", "next_label", "previous_label"),
    *("study_example", "use_again", "show_all_", "new_study"),
)
"""Beginnings of keys of buttons that change nothing but what is shown."""


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make Inklab read-only after runs were put into its store."""
    monkeypatch.setenv("INKLAB_READ_ONLY", "1")


def content(home: Path) -> dict[str, int]:
    """Return the times of all that is in a home."""
    return {str(path): path.lstat().st_mtime_ns for path in home.rglob("*")}


def offered(app: AppTest) -> list[str]:
    """Return the keys of enabled buttons that might change something."""
    assert not app.exception
    enabled = [each.key or each.label for each in app.button if not each.proto.disabled]
    return [key for key in enabled if not key.startswith(HARMLESS)]


@every_page
@pytest.mark.usefixtures("store", "read_only")
def test_page_without_a_run_says_once_that_it_is_read_only(page: str) -> None:
    """It stands under the title, and is no warning."""
    app = open_app(page)

    assert not app.error
    assert text(app).count("Read-only:") == 1
    assert offered(app) == []


@every_page
def test_page_with_a_run_offers_nothing_that_would_be_refused(
    page: str, usable_run: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And whoever looks leaves no trace in the home."""
    monkeypatch.setenv("INKLAB_READ_ONLY", "1")
    before = content(home)

    app = open_app(page, run=usable_run, runs=usable_run)

    assert not app.error
    assert text(app).count("Read-only:") == 1
    assert offered(app) == []
    assert content(home) == before


def test_a_study_is_shown_and_cannot_go_on(
    store: RunStore, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its storage is not the run store, and is left alone too."""
    made_studies.make(store, num_trials=4)
    monkeypatch.setenv("INKLAB_READ_ONLY", "1")
    before = content(home)

    app = open_app("tune", study=made_studies.NAME)

    assert app.button(key="delete_study").disabled
    assert offered(app) == []
    assert content(home) == before


@pytest.mark.parametrize("page", ["runs", "compare"])
def test_several_runs_are_compared_and_not_combined(
    page: str, finish_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An ensemble would be a new run."""
    runs = [finish_run(name=name) for name in ("one", "other")]
    monkeypatch.setenv("INKLAB_READ_ONLY", "1")

    app = open_app(page, runs=",".join(runs))

    assert [each for each in app.button if each.label.startswith("Make")]
    assert offered(app) == []


@pytest.mark.parametrize("page", ["train", "data_sets", "runs"])
def test_work_under_way_cannot_be_stopped_moved_or_cancelled(
    page: str, store: RunStore, running_run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be that of somebody who may write to the same store."""
    for _ in range(2):
        store.create(TrainingConfig(), name="waiting")
    store.create_job(TaskRecord(kind="download", subject="emnist-mnist"), name="get")
    monkeypatch.setenv("INKLAB_READ_ONLY", "1")

    app = open_app(page, watch=running_run, runs=running_run)

    assert offered(app) == []


@pytest.mark.usefixtures("read_only")
def test_a_home_that_is_not_there_is_left_alone(home: Path) -> None:
    """A page of each kind, in a home that nobody has made."""
    app = open_app()
    for page in PAGES:
        assert not go_to(app, page).exception
        assert not app.error

    assert not home.exists()


@pytest.mark.parametrize("tab", ["Augmentation", "Live"])
@pytest.mark.usefixtures("store", "read_only")
def test_no_process_is_started(
    tab: str, tasks: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither for previews nor for trainings to come."""
    monkeypatch.setattr(executor, "warm_up", lambda: pytest.fail("a process"))
    monkeypatch.setattr(executor, "adopt_on", lambda: pytest.fail("an adoption"))

    services._get_ready()  # noqa: SLF001 - a timer calls it
    app = open_app("train", tab=tab, recipe="lenet~rotation~10")

    assert offered(app) == []
    assert tasks == []


def test_a_value_that_says_neither_is_told_on_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever has mistyped it must not believe that all is protected."""
    monkeypatch.setenv("INKLAB_READ_ONLY", "yes")

    app = open_app()

    assert "in INKLAB_READ_ONLY, got 'yes'" in alerts(app)[0]


@pytest.mark.usefixtures("read_only")
def test_a_store_that_nobody_has_written_to_has_no_runs(store: RunStore) -> None:
    """Its tables may have been made by a first page that was closed at once."""
    assert store.runs() == ()
    assert open_app("runs").title[0].value == "Runs"


@pytest.mark.usefixtures("read_only")
def test_a_click_that_was_on_its_way_is_refused_in_words(
    store: RunStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A button of a page that was open before, or of a program."""
    with pytest.raises(ReadOnlyError):
        services.start_run(TrainingConfig(), name="run")

    monkeypatch.setenv("INKLAB_READ_ONLY", "0")
    assert store.runs() == ()


def test_disk_is_shown_and_nothing_can_be_freed(
    store: RunStore, usable_run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may write frees it."""
    store.delete(store.create(TrainingConfig(), name="gone"))
    monkeypatch.setenv("INKLAB_READ_ONLY", "1")
    app = open_app("runs", runs=usable_run)

    app.session_state["disk"] = True
    app.run()
    app.number_input(key="free_after_days").set_value(0).run()

    assert "1 deleted run can be freed" in text(app)
    assert app.button(key="free").disabled
    assert offered(app) == []
