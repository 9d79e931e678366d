"""All runs on Compare: the filter, the scatter, what is held, what is opened.

A test can draw no lasso and hold no axis, but the address says what is held, and the
callbacks are given what a browser sends.
"""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.config import CnnConfig, TrainingConfig
from core.datasets import catalog
from core.datasets.spec import write_spec
from core.insight.run_columns import Column
from core.records import RunScores
from core.runs.store import RunStore
from dashboard.widgets.compare import brush
from tests.dashboard.app import alerts, figure, go_to, open_app, text
from tests.dashboard.homes import MakeHome, TakeRuns

EPOCHS = Column(key="epochs", title="Epochs", numbers=np.array([2.0, 5.0]))
RATE = Column(
    key="learning_rate",
    title="Learning rate",
    numbers=np.array([0.001, 0.1]),
    is_log=True,
)


@pytest.fixture(scope="module")
def home_of_three(make_home: MakeHome, result_files: Path) -> Path:
    """Make a home with three finished runs of three sizes."""

    def fill(store: RunStore) -> None:
        for number in range(3):
            config = TrainingConfig(epochs=2 + number, learning_rate=0.001 * 10**number)
            run_id = store.create(config, name=f"run-{number}")
            store.start(run_id)
            scores = RunScores(
                test_accuracy=0.97 + number / 100,
                test_size=10_000,
                train_seconds=1.0 + number,
            )
            store.save_results(run_id, scores=scores, files=result_files)
            store.finish(run_id)

    return make_home(fill)


@pytest.fixture
def three_runs(take_runs: TakeRuns, home_of_three: Path) -> list[str]:
    """Put these three runs into the store."""
    return take_runs(home_of_three)


def open_all(**address: str | list[str]) -> AppTest:
    return open_app("compare", show="All runs", **address)


def listed(app: AppTest) -> list[str]:
    """Return the names in the table below the parallel coordinates."""
    return list(app.dataframe[0].value["Name"]) if app.dataframe else []


@pytest.mark.usefixtures("three_runs")
def test_all_runs_are_drawn_by_time_and_accuracy() -> None:
    drawn = figure(open_all(), "run_scatter")

    points, front = drawn["data"]
    assert points["x"] == [3.0, 2.0, 1.0]
    assert points["y"] == pytest.approx([99.0, 98.0, 97.0])
    assert front["x"] == [1.0, 2.0, 3.0]


@pytest.mark.usefixtures("three_runs")
def test_address_says_which_columns_are_drawn() -> None:
    drawn = figure(open_all(x="Learning rate", y="Epochs"), "run_scatter")

    assert drawn["data"][0]["y"] == [4.0, 3.0, 2.0]
    assert drawn["layout"]["xaxis"]["type"] == "log"


def test_runs_of_the_filter_are_drawn_and_listed(
    store: RunStore, three_runs: list[str]
) -> None:
    assert three_runs
    store.create(TrainingConfig(network=CnnConfig()), name="waits")

    app = open_all(status="Finished", find="run-1")

    assert len(figure(app, "run_scatter")["data"][0]["x"]) == 1
    assert listed(app) == ["run-1"]


def test_trials_of_a_study_are_found_by_its_name(
    store: RunStore, three_runs: list[str]
) -> None:
    assert len(three_runs) == 3
    for number in range(2):
        trial = store.create(TrainingConfig(), name="trial", trial=("widths", number))
        store.start(trial)

    app = open_all(studies="widths", x="Parameters", y="Multiply-adds (MACs)")

    assert app.multiselect(key="studies").value == ["widths"]
    assert len(figure(app, "run_scatter")["data"][0]["x"]) == 2


@pytest.mark.usefixtures("three_runs")
def test_filter_that_takes_none_says_so() -> None:
    assert "No run matches" in alerts(open_all(find="nothing of the kind"))[0]


@pytest.mark.usefixtures("three_runs")
def test_what_is_held_filters_the_table() -> None:
    app = open_all(brush="test_accuracy:97.5:99.5;epochs:2:3.5")

    assert listed(app) == ["run-1"]
    assert "1 of 3 runs" in text(app)
    held = {
        axis["name"]: axis.get("constraintrange")
        for axis in figure(app, "parallel")["data"][0]["dimensions"]
    }
    assert held["epochs"] == [2.0, 3.5]

    app.button(key="clear_brush").click().run()

    assert listed(app) == ["run-2", "run-1", "run-0"]
    assert "brush" not in app.query_params


@pytest.mark.usefixtures("three_runs")
def test_brush_below_what_a_logarithm_has_starts_at_the_end_of_the_axis() -> None:
    """An address may say anything."""
    app = open_all(brush="learning_rate:-5:0.02", axes=["Learning rate", "Epochs"])

    assert not app.exception
    assert listed(app) == ["run-1", "run-0"]
    low, high = figure(app, "parallel")["data"][0]["dimensions"][0]["constraintrange"]
    assert low < -100
    assert high == pytest.approx(np.log10(0.02))


def test_two_data_sets_of_one_name_have_a_front_each(
    store: RunStore, three_runs: list[str]
) -> None:
    """Another one got the name in between, so their accuracies do not compare."""
    spec = write_spec(catalog.spec("mnist"))
    for run_id, mark in zip(three_runs, "aba", strict=True):
        store.note_dataset(run_id, spec, fingerprint=mark * 64)

    drawn = figure(open_all(), "run_scatter")["data"]

    fronts = [trace["x"] for trace in drawn if trace["mode"] == "lines"]
    assert fronts == [[1.0, 3.0], [2.0]]
    names = {trace["name"] for trace in drawn}
    assert names == {f"MNIST (mnist, version {mark * 8})" for mark in "ab"}


@pytest.mark.usefixtures("three_runs")
def test_nothing_passes_and_the_page_says_so() -> None:
    app = open_all(brush="epochs:400:500")

    assert "No run passes all brushes" in alerts(app)[-1]
    assert not app.dataframe


@pytest.mark.parametrize(
    "written",
    ["nonsense", ";;:::,", "epochs:a:b", "epochs:1", "epochs:nan:inf", "x:1:2", "\x00"],
)
@pytest.mark.usefixtures("three_runs")
def test_brush_that_nobody_understands_holds_nothing(written: str) -> None:
    assert len(listed(open_all(brush=written))) == 3


@pytest.mark.usefixtures("three_runs")
def test_passing_runs_are_selected_and_compared() -> None:
    app = open_all(brush="epochs:2:3.5")

    app.button(key="select_passing").click().run()
    assert "2 runs selected" in text(app)
    app.button(key="compare_selected").click().run()

    assert app.table
    assert len(app.multiselect(key="compared_runs").value) == 2


def test_selected_runs_are_ringed_and_let_go(three_runs: list[str]) -> None:
    app = open_all(runs=f"{three_runs[0]},{three_runs[2]},gone")
    assert "2 runs selected" in text(app)
    assert figure(app, "run_scatter")["data"][-1]["customdata"] == [0, 2]

    app.button(key="select_none").click().run()

    assert "0 runs selected" in text(app)
    assert app.button(key="compare_selected").disabled


def test_run_that_is_asked_for_is_opened(three_runs: list[str]) -> None:
    """As a click on its point or a tick at its row asks for it."""
    app = open_all()
    app.session_state["opened_run"] = three_runs[1]

    app.run()

    assert app.title[0].value == "Evaluate"
    assert app.query_params["run"] == three_runs[1]


def test_who_comes_back_from_a_run_finds_what_was_there(three_runs: list[str]) -> None:
    """A browser that goes back does not bring the old address with it."""
    app = open_all(x="Epochs", runs=three_runs[2], brush="epochs:2:3.5")
    app.session_state["opened_run"] = three_runs[1]
    app.session_state["left_compare"] = (
        {"show": "All runs", "x": "epochs", "y": None},
        {"runs": three_runs[2], "brush": "epochs:2:3.5"},
    )
    app.run()

    go_to(app, "compare")

    assert figure(app, "run_scatter")["layout"]["xaxis"]["title"]["text"] == "Epochs"
    assert "1 run selected" in text(app)
    assert len(listed(app)) == 2


def test_run_without_a_model_is_opened_on_runs(
    store: RunStore, three_runs: list[str]
) -> None:
    assert three_runs
    waits = store.create(TrainingConfig(), name="waits")
    app = open_all()
    app.session_state["opened_run"] = waits

    app.run()

    assert app.title[0].value == "Runs"
    assert app.subheader[0].value == "waits"


@pytest.mark.usefixtures("three_runs")
def test_single_axis_asks_for_another() -> None:
    app = open_all(axes=["Epochs"])

    assert "Choose two axes or more" in alerts(app)[0]


def test_runs_without_a_value_are_left_out_and_counted(
    store: RunStore, three_runs: list[str]
) -> None:
    assert three_runs
    store.create(TrainingConfig(), name="waits")

    app = open_all()

    assert "1 have no value on some axis" in text(app)
    assert "1 run of 4 left out" in text(app)
    assert "waits" not in listed(app)


def test_column_that_the_filter_takes_away_gives_way(
    store: RunStore, three_runs: list[str]
) -> None:
    """All that is left has the same learning rate, or no accuracy yet."""
    assert three_runs
    store.create(TrainingConfig(), name="waits")
    app = open_all(x="Learning rate", y="Test accuracy (%)")

    app.text_input(key="find").set_value("waits").run()

    assert not app.exception
    assert not app.error


def test_browser_tells_held_axes_in_their_order() -> None:
    values = {"axes": [["learning_rate", [[-2.0, -1.0]]], ["epochs", []]]}

    found = brush.drawn(values, (EPOCHS, RATE))

    assert list(found) == ["learning_rate", "epochs"]
    assert found["learning_rate"][0] == pytest.approx((0.01, 0.1))
    assert found["epochs"] == ()


@pytest.mark.parametrize(
    "axes",
    [None, "epochs", [["other", []]], [["epochs"]], [[1, []]], [["epochs", 3]]],
)
def test_what_no_browser_sends_is_not_read(axes: object) -> None:
    assert brush.drawn({"axes": axes}, (EPOCHS,)) is None


def test_part_that_is_no_range_holds_nothing() -> None:
    values = {"axes": [["epochs", [[1], ["a", 2], [1, float("inf")], [2, 3]]]]}

    assert brush.drawn(values, (EPOCHS,)) == {"epochs": ((2.0, 3.0),)}
