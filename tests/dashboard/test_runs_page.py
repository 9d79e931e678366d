"""Runs: which are listed, what is said of them, and how they are named and deleted.

A test cannot tick a row, but the address says which rows are ticked.
"""

from collections.abc import Callable
from datetime import UTC

import pandas as pd
import pytest
from mlflow.tracking import MlflowClient
from streamlit.testing.v1 import AppTest

from core import settings
from core.config import CnnConfig, TrainingConfig
from core.records import History, RunStatus
from core.runs import annotations, logs
from core.runs.store import RunStore
from tests.dashboard.app import alerts, go_to, open_app, text

MakeRun = Callable[..., str]
TWO_EPOCHS = History(
    loss=(0.5, 0.4), accuracy=(0.8, 0.9), val_loss=(0.6, 0.5), val_accuracy=(0.7, 0.8)
)


def table(app: AppTest) -> pd.DataFrame:
    """Return the table of all runs."""
    (found,) = app.dataframe
    return found.value


def names(app: AppTest) -> list[str]:
    """Return the names of the runs that are listed, and fail after an error."""
    assert not app.exception
    return list(table(app)["Name"]) if app.dataframe else []


@pytest.mark.usefixtures("store")
def test_page_without_runs_says_what_will_be_here() -> None:
    app = open_app("runs")

    assert "Each training becomes a row here" in alerts(app)[0]
    assert app.button(key="train_first")
    assert not app.dataframe


def test_finished_run_is_listed_with_its_result(
    store: RunStore, finished_run: str
) -> None:
    row = table(open_app("runs")).iloc[0]

    assert row["Name"] == "fast-mlp"
    assert row["Network"] == "784-128-64-10"
    assert row["Parameters"] == 109_386
    assert row["Test accuracy"] == pytest.approx(97.5)
    assert row["95 % interval"] == "97.2 to 97.8 %"
    assert row["Test images"] == 10_000
    assert row["Training time"] == pytest.approx(3.2)
    assert (row["Data set"], row["Status"]) == ("MNIST", "Finished")
    created = store.get(finished_run).created
    assert abs(row["Started"].to_pydatetime().astimezone(UTC) - created).seconds == 0


@pytest.mark.usefixtures("finished_run")
def test_started_is_in_the_zone_of_the_viewer() -> None:
    app = open_app("runs")
    universal = table(app)["Started"].iloc[0]
    app.context = {"timezone": "Asia/Tokyo"}

    app.run()

    started = table(app)["Started"].iloc[0]
    assert started == universal
    assert started.utcoffset().total_seconds() == 9 * 3600


def test_run_of_an_earlier_version_has_no_best_epoch(
    store: RunStore, finished_run: str
) -> None:
    assert store.get(finished_run).scores.best_epoch is None

    assert table(open_app("runs"))["Best epoch"].isna().tolist() == [True]


def test_runs_that_have_no_result_are_listed_too(
    store: RunStore, running_run: str
) -> None:
    store.fail(store.create(TrainingConfig(), name="failed"), "The disk is full.")
    store.request_stop(store.create(TrainingConfig(), name="stopped"))
    store.create(TrainingConfig(), name="waits")
    assert running_run

    listed = table(open_app("runs"))

    assert dict(zip(listed["Name"], listed["Status"], strict=True)) == {
        "waits": "Queued",
        "stopped": "Stopped",
        "failed": "Failed",
        "long-run": "Running",
    }
    assert listed["Test accuracy"].isna().all()


def test_run_of_another_program_is_left_out(store: RunStore, finished_run: str) -> None:
    client = MlflowClient(settings.tracking_uri())
    experiment = client.get_run(finished_run).info.experiment_id
    client.create_run(experiment, run_name="stranger")

    assert names(open_app("runs")) == ["fast-mlp"]
    assert len(store.runs()) == 1


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ({"find": "ALPHA"}, ["alpha"]),
        ({"find": "16c5"}, ["beta"]),
        ({"find": "try dropout"}, ["alpha"]),
        ({"find": "alpha beta"}, []),
        ({"find": "  "}, ["gamma", "beta", "alpha"]),
        ({"status": "Failed"}, ["beta"]),
        ({"starred": "true"}, ["gamma"]),
        ({"starred": "true", "find": "alpha"}, []),
        ({"status": "nonsense", "starred": "perhaps"}, ["gamma", "beta", "alpha"]),
    ],
    ids=str,
)
def test_address_says_which_runs_are_listed(
    store: RunStore, address: dict[str, str], expected: list[str]
) -> None:
    alpha = store.create(TrainingConfig(), name="alpha")
    annotations.note(store, alpha, "Try with dropout.")
    beta = store.create(TrainingConfig(network=CnnConfig()), name="beta")
    store.fail(beta, "The disk is full.")
    gamma = store.create(TrainingConfig(), name="gamma")
    annotations.star(store, gamma, is_starred=True)

    app = open_app("runs", **address)

    assert names(app) == expected
    assert f"{len(expected)} of 3 runs" in text(app)


@pytest.mark.usefixtures("two_runs")
def test_filter_that_takes_none_says_so_and_can_be_changed() -> None:
    app = open_app("runs", find="nothing like it")
    assert "No run matches" in alerts(app)[0]

    app.text_input(key="find").set_value("old").run()

    assert names(app) == ["older"]


@pytest.mark.usefixtures("two_runs")
def test_several_statuses_are_listed_together(store: RunStore) -> None:
    store.fail(store.create(TrainingConfig(), name="failed"), "The disk is full.")
    store.request_stop(store.create(TrainingConfig(), name="stopped"))
    app = open_app("runs")

    app.pills(key="status").set_value([RunStatus.FAILED, RunStatus.STOPPED]).run()

    assert names(app) == ["stopped", "failed"]


def test_selected_run_shows_its_result_and_its_links(finished_run: str) -> None:
    app = open_app("runs", runs=finished_run)

    assert app.subheader[0].value == "fast-mlp"
    assert "97.50 % of 10,000 test images (97.2 to 97.8)" in text(app)
    assert "784-128-64-10 on MNIST, 109,386 parameters" in text(app)
    links = {link.label: link.proto.query_string for link in app.get("page_link")}
    assert links["Learning curves"] == f"watch={finished_run}"
    for label in ("Evaluate", "See its mistakes", "Try your handwriting"):
        assert links[label] == f"run={finished_run}"


def test_settings_of_the_selected_run_are_listed(finished_run: str) -> None:
    (settings_table,) = open_app("runs", runs=finished_run).table

    values = settings_table.value["Value"]
    assert values["Hidden layers"] == "128,64"
    assert values["Learning rate"] == "0.001"


def test_log_is_read_when_it_is_asked_for(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = store.create(TrainingConfig(), name="failed")
    path = logs.file_of(failed)
    path.parent.mkdir()
    path.write_text("Traceback: it broke here\n")
    store.fail(failed, "The disk is full.")
    read = logs.read
    asked = []
    monkeypatch.setattr(logs, "read", lambda *run: asked.append(1) or read(*run))
    app = open_app("runs", runs=failed)
    closed = list(asked)

    app.session_state[f"log_{failed}"] = True
    app.run()

    assert closed == []
    assert "Traceback: it broke here" in [each.value for each in app.code]
    (download,) = app.get("download_button")
    assert download.proto.label == "Download the log"


def test_run_without_log_says_so(store: RunStore) -> None:
    waiting = store.create(TrainingConfig(), name="waits")
    app = open_app("runs", runs=waiting)

    app.session_state[f"log_{waiting}"] = True
    app.run()

    assert any("This run has no log" in each for each in alerts(app))


def test_failed_run_says_why(store: RunStore) -> None:
    failed = store.create(TrainingConfig(), name="failed")
    store.fail(failed, "The disk is full.")

    app = open_app("runs", runs=failed)

    assert app.error[0].value == "The disk is full."
    assert "See its mistakes" not in [link.label for link in app.get("page_link")]


def test_name_that_looks_like_markdown_is_shown_as_it_is(
    store: RunStore, two_runs: tuple[str, str]
) -> None:
    annotations.rename(store, two_runs[0], "**bold** [x](y) $z$")

    app = open_app("runs", runs=two_runs[0])

    assert app.subheader[0].value == r"\*\*bold\*\* \[x\](y) \$z\$"
    assert "**bold** [x](y) $z$" in names(app)


def test_name_and_note_are_saved(store: RunStore, finished_run: str) -> None:
    app = open_app("runs", runs=finished_run)
    app.text_input(key=f"name_{finished_run}_fast-mlp").set_value("  best ")
    app.text_area(key=f"note_{finished_run}_").set_value("Two\nlines")

    app.button(key="save_words").click().run()

    run = store.get(finished_run)
    assert (run.name, run.note) == ("best", "Two\nlines")
    assert names(app) == ["best"]
    assert app.subheader[0].value == "best"
    assert app.query_params["runs"] == finished_run


@pytest.mark.parametrize("looks_again", [False, True])
def test_a_note_does_not_take_back_a_name_that_was_given_elsewhere(
    store: RunStore, finished_run: str, *, looks_again: bool
) -> None:
    """The field still had the name from before."""
    app = open_app("runs", runs=finished_run)
    annotations.rename(store, finished_run, "named in another tab")
    if looks_again:
        app.button(key="star").click().run()
    app.text_area(key=f"note_{finished_run}_").set_value("a note")

    app.button(key="save_words").click().run()

    run = store.get(finished_run)
    assert (run.name, run.note) == ("named in another tab", "a note")
    field = app.text_input(key=f"name_{finished_run}_named in another tab")
    assert field.value == "named in another tab"


@pytest.mark.parametrize(
    "name", ["", "   ", "two\nlines", "\0", "turned\u202eround"], ids=repr
)
def test_bad_name_is_refused_in_plain_words(
    store: RunStore, finished_run: str, name: str
) -> None:
    app = open_app("runs", runs=finished_run)
    app.text_input(key=f"name_{finished_run}_fast-mlp").set_value(name)

    app.button(key="save_words").click().run()

    assert "Expected a name" in app.error[0].value
    assert store.get(finished_run).name == "fast-mlp"
    assert names(app) == ["fast-mlp"]


def test_star_is_given_and_taken(store: RunStore, finished_run: str) -> None:
    app = open_app("runs", runs=finished_run)

    app.button(key="star").click().run()

    assert store.get(finished_run).is_starred
    assert table(app)["Star"].tolist() == ["\u2605"]
    assert app.button(key="star").label == "Remove the star"

    app.button(key="star").click().run()

    assert not store.get(finished_run).is_starred


def test_deleted_run_is_gone_and_comes_back(
    store: RunStore, two_runs: tuple[str, str]
) -> None:
    older, newer = two_runs
    app = open_app("runs", runs=older)

    app.button(key="delete").click().run()

    assert names(app) == ["newer"]
    assert "runs" not in app.query_params
    assert "1 run deleted." in alerts(app)

    app.button(key="undo").click().run()

    assert names(app) == ["newer", "older"]
    assert {run.id for run in store.runs()} == {older, newer}
    assert app.query_params["runs"] == older
    assert not app.info


def test_undo_outlives_a_visit_to_another_page(two_runs: tuple[str, str]) -> None:
    app = open_app("runs", runs=",".join(two_runs))
    app.button(key="delete").click().run()
    assert "2 runs deleted." in alerts(app)
    assert app.button(key="train_first")

    go_to(go_to(app, "explore"), "runs")
    app.button(key="undo").click().run()

    assert names(app) == ["newer", "older"]


def test_undo_is_that_of_the_last_deletion(two_runs: tuple[str, str]) -> None:
    older, newer = two_runs
    app = open_app("runs", runs=older)
    app.button(key="delete").click().run()
    app.query_params["runs"] = newer
    app.run()
    app.button(key="delete").click().run()

    app.button(key="undo").click().run()

    assert names(app) == ["newer"]


def test_undo_of_what_is_gone_for_good_says_so(
    store: RunStore, finished_run: str
) -> None:
    assert store
    app = open_app("runs", runs=finished_run)
    app.session_state["deleted_runs"] = ("0" * 32,)
    app.run()

    app.button(key="undo").click().run()

    assert "1 run cannot be restored" in app.warning[0].value
    assert names(app) == ["fast-mlp"]


def test_deletion_of_a_run_at_work_stops_it(store: RunStore, running_run: str) -> None:
    app = open_app("runs", runs=running_run)
    assert "1 of them will be stopped first" in text(app)

    app.button(key="delete").click().run()

    assert store.is_stop_requested(running_run)
    app.button(key="undo").click().run()
    assert table(app)["Status"].tolist() == ["Stopped"]


@pytest.mark.parametrize("action", ["star", "save_words", "delete"])
def test_run_that_another_session_deleted_does_no_harm(
    store: RunStore, two_runs: tuple[str, str], action: str
) -> None:
    older, _ = two_runs
    mine, others = open_app("runs", runs=older), open_app("runs", runs=older)
    others.button(key="delete").click().run()

    mine.text_area(key=f"note_{older}_").set_value("a note")
    mine.button(key=action).click().run()

    assert names(mine) == ["newer"]
    assert [run.name for run in store.runs()] == ["newer"]
    if action == "delete":
        assert not mine.error
    else:
        assert "Expected the id of a run" in mine.error[0].value


def test_deletion_of_one_session_is_not_undone_by_another(
    two_runs: tuple[str, str],
) -> None:
    mine, others = open_app("runs", runs=two_runs[0]), open_app("runs")
    mine.button(key="delete").click().run()

    others.run()

    assert names(others) == ["newer"]
    assert not others.info


@pytest.mark.parametrize(
    "written", ["nonsense", ",,,", "0" * 32, "a" * 5000, "latest", "../.."]
)
def test_what_is_no_run_is_not_selected(finished_run: str, written: str) -> None:
    app = open_app("runs", runs=f"{written},{finished_run},{finished_run}")

    assert app.subheader[0].value == "fast-mlp"
    assert not app.exception


def test_several_runs_lead_on_to_their_comparison(two_runs: tuple[str, str]) -> None:
    """There is one place where runs are compared, and it is not this one."""
    app = open_app("runs", runs=",".join(two_runs))

    assert app.subheader[0].value == "2 runs selected"
    (link,) = app.get("page_link")
    assert link.proto.page == "compare"
    assert link.proto.query_string == f"runs={two_runs[1]}%2C{two_runs[0]}"


def keys(app: AppTest) -> set[str]:
    """Return the keys of all buttons, also of those that download."""
    assert not app.exception
    found = [*app.button, *app.get("download_button")]
    return {str(each.key) for each in found}


def test_one_run_with_a_model_can_be_exported(finished_run: str) -> None:
    app = open_app("runs", runs=finished_run)

    assert "export" in keys(app)
    assert "combine" not in keys(app)


def test_a_run_without_a_model_cannot_be_exported(running_run: str) -> None:
    assert "export" not in keys(open_app("runs", runs=running_run))


def test_several_runs_are_combined_to_one_that_is_then_watched(
    store: RunStore, two_runs: tuple[str, str]
) -> None:
    app = open_app("runs", runs=",".join(two_runs))

    app.button(key="combine").click().run()

    ensemble = store.runs()[0]
    assert set(ensemble.members) == set(two_runs)
    assert ensemble.status is RunStatus.QUEUED
    assert app.title[0].value == "Train"


def test_runs_that_cannot_be_combined_say_why(
    store: RunStore, two_runs: tuple[str, str]
) -> None:
    """Another session deletes one of them at this moment."""
    app = open_app("runs", runs=",".join(two_runs))
    store.delete(two_runs[0])

    app.button(key="combine").click().run()

    assert len(store.runs()) == 1
    assert not app.exception


def test_downloaded_list_has_no_formula_and_no_endless_number(
    store: RunStore, finish_run: Callable[..., str]
) -> None:
    """The table can be downloaded, and a spreadsheet opens it."""
    store.annotate(finish_run(name='=HYPERLINK("http://a")'))
    annotations.note(store, store.runs()[0].id, "@SUM(1)")

    (row,) = open_app("runs").dataframe[0].value.to_dict("records")

    assert row["Name"] == '\u2060=HYPERLINK("http://a")'
    assert row["Notes"] == "\u2060@SUM(1)"
    assert len(str(row["Test accuracy"])) <= len("99.0099")
