"""Compare: which runs are compared, and what is said and shown of them."""

from pathlib import Path

import numpy as np
import pytest
from mlflow.tracking import MlflowClient

from core import settings
from core.config import EnsembleConfig, TrainingConfig
from core.records import History
from core.runs.store import RunStore
from tests import small_data
from tests.dashboard.app import alerts, figure, open_app, text
from tests.dashboard.homes import MakeHome, MakeRun, TakeRuns

ONE_EPOCH = History(loss=(0.5,), accuracy=(0.8,), val_loss=(0.6,), val_accuracy=(0.7,))
TWO_EPOCHS = History(
    loss=(0.5, 0.4), accuracy=(0.8, 0.9), val_loss=(0.6, 0.5), val_accuracy=(0.7, 0.8)
)


@pytest.mark.usefixtures("store")
def test_page_without_runs_says_what_will_be_here() -> None:
    app = open_app("compare")

    assert "Train two networks or more" in alerts(app)[0]
    assert app.button(key="train_first")


@pytest.mark.usefixtures("finished_run")
def test_single_run_asks_for_a_second_training() -> None:
    app = open_app("compare")

    assert "Train another one" in alerts(app)[0]
    assert "compare_newest" not in {button.key for button in app.button}


def test_without_a_choice_the_newest_are_compared_with_one_click(
    two_runs: tuple[str, str],
) -> None:
    app = open_app("compare")
    assert "Choose 2 to 20 runs above" in alerts(app)[0]

    app.button(key="compare_newest").click().run()

    assert app.query_params["runs"] == ",".join(reversed(two_runs))
    assert list(app.table[0].value.columns) == ["(1) newer", "(2) older"]


def test_one_chosen_run_asks_for_another(two_runs: tuple[str, str]) -> None:
    app = open_app("compare", runs=two_runs[0])
    assert alerts(app) == ["Choose another run to compare it with."]

    app.multiselect(key="compared_runs").select(two_runs[1]).run()

    assert app.query_params["runs"] == ",".join(two_runs)
    assert app.table


def test_runs_of_one_name_are_chosen_one_by_one(store: RunStore) -> None:
    """As those of several seeds: the control knows an option by its label."""
    ids = [store.create(TrainingConfig(seed=seed), name="same") for seed in range(3)]
    app = open_app("compare", runs=f"{ids[0]},{ids[1]}")

    app.multiselect(key="compared_runs").unselect(ids[0]).select(ids[2]).run()

    assert app.query_params["runs"] == f"{ids[1]},{ids[2]}"


def test_run_that_was_deleted_since_is_said_and_left_out(
    store: RunStore, two_runs: tuple[str, str]
) -> None:
    """A link outlives the runs that are in it."""
    gone = store.create(TrainingConfig(), name="gone")
    store.delete(gone)

    app = open_app("compare", runs=",".join((gone, *two_runs)))

    assert "1 run of this link cannot be shown" in app.warning[0].value
    assert list(app.table[0].value.columns) == ["(1) older", "(2) newer"]


@pytest.mark.parametrize("written", ["nonsense", ",,,", "latest", "a" * 5000, "../.."])
def test_what_is_no_run_is_not_compared(
    two_runs: tuple[str, str], written: str
) -> None:
    app = open_app("compare", runs=f"{two_runs[0]},{written},{two_runs[0]}")

    assert not app.exception
    assert app.multiselect(key="compared_runs").value == [two_runs[0]]


def test_more_than_twenty_runs_are_cut_to_twenty(store: RunStore) -> None:
    ids = [store.create(TrainingConfig(), name="waits") for _ in range(21)]

    app = open_app("compare", runs=",".join(ids))

    assert "the first of 21" in app.warning[0].value
    assert app.multiselect(key="compared_runs").value == ids[:20]


def test_two_runs_are_compared_by_what_differs(
    store: RunStore, two_runs: tuple[str, str]
) -> None:
    other = store.create(TrainingConfig(epochs=3), name="other")

    app = open_app("compare", runs=f"{two_runs[0]},{other}")

    compared = app.table[0].value
    assert list(compared.columns) == ["(1) older", "(2) other"]
    assert compared.loc["Test accuracy"].tolist() == ["97.50 %", "\u2013"]
    assert compared.loc["95 % interval"].tolist() == ["97.2 to 97.8 %", "\u2013"]
    assert compared.loc["Epochs"].tolist() == ["10", "3"]
    assert "Learning rate" not in compared.index


def test_many_runs_are_compared_row_by_row(twenty_runs: list[str]) -> None:
    """Twenty columns would be read sideways; numbers are sorted as numbers."""
    app = open_app("compare", runs=",".join(twenty_runs))

    (compared,) = app.dataframe
    assert not app.table
    assert compared.value["Run"].tolist()[:2] == ["(1) same", "(2) same"]
    assert compared.value["Batch size"].tolist()[-1] == 1000.0
    assert "Learning rate" not in compared.value


def test_equal_answers_are_no_difference(two_runs: tuple[str, str]) -> None:
    app = open_app("compare", runs=",".join(two_runs))

    assert (
        "**No difference: of 10,000 test images, (1) older and (2) newer classify "
        "exactly the same ones correctly.**"
    ) in text(app)


def test_better_of_two_runs_is_named(
    made_up: object, finish_run: MakeRun, tmp_path: object
) -> None:
    """One is wrong on 250 images, the other on ten of those only."""
    labels = made_up.labels
    better = made_up.probabilities.copy()
    wrong = np.flatnonzero(better.argmax(axis=1) != labels)[10:]
    better[wrong] = np.eye(10, dtype=np.float32)[labels[wrong]]
    files = tmp_path / "better"
    small_data.write_predictions(
        files,
        type(made_up)(labels=labels, probabilities=better, features=made_up.features),
    )
    worse_run = finish_run(name="worse")
    better_run = finish_run(name="better", files=files)

    said = text(open_app("compare", runs=f"{worse_run},{better_run}"))

    assert (
        "(2) better is better than (1) worse: 240 images fixed, 0 broken, p < 0.001."
    ) in said


def test_missing_predictions_leave_the_rest_of_the_comparison(
    store: RunStore, two_runs: tuple[str, str]
) -> None:
    store.artifact(two_runs[0], "predictions.npz").unlink()

    app = open_app("compare", runs=",".join(two_runs))

    assert "Expected predictions.npz" in app.error[0].value
    assert "Test accuracy" in app.table[0].value.index


@pytest.fixture(scope="module")
def home_of_twenty(make_home: MakeHome) -> Path:
    """Make a home with twenty runs of one name at work: ten recipes, two seeds."""

    def fill(store: RunStore) -> None:
        for number in range(20):
            config = TrainingConfig(batch_size=100 * (1 + number // 2), seed=number)
            run_id = store.create(config, name="same")
            store.start(run_id)
            reports = [
                small_data.progress(1.0, history=ONE_EPOCH),
                small_data.progress(2.0, history=TWO_EPOCHS),
            ]
            store.log(run_id, reports)

    return make_home(fill)


@pytest.fixture
def twenty_runs(take_runs: TakeRuns, home_of_twenty: Path) -> list[str]:
    """Put these twenty runs into the store."""
    return take_runs(home_of_twenty)


def test_curves_of_twenty_runs_are_drawn(twenty_runs: list[str]) -> None:
    """Also of runs of one name."""
    app = open_app("compare", runs=",".join(twenty_runs))

    drawn = figure(app, "compared_curves")["data"]
    assert [line["name"] for line in drawn] == [f"({n}) same" for n in range(1, 21)]
    assert drawn[0]["y"] == [70.0, 80.0]
    assert not app.warning


def test_address_says_how_curves_are_shown(twenty_runs: list[str]) -> None:
    """An epoch of 54,000 images has 540 steps of 100, or 270 of 200."""
    app = open_app(
        "compare",
        runs=",".join(twenty_runs),
        curves="Loss",
        images="Training",
        axis="Step",
        smoothing="0.5",
        over_seeds="true",
    )

    drawn = figure(app, "compared_curves")["data"]
    named = [line for line in drawn if line.get("showlegend", True)]
    assert [line["name"] for line in named[:2]] == [
        "(1, 2) same",
        "(3, 4) same",
    ]
    assert len(named) == 10
    assert [line["x"] for line in named[:2]] == [[540, 1080], [270, 540]]
    assert named[0]["y"] == pytest.approx([0.5, (0.25 * 0.5 + 0.5 * 0.4) / 0.75])


def test_mean_over_seeds_by_time_goes_on_where_a_slow_run_ends(
    store: RunStore,
) -> None:
    """One seed stopped after 2 epochs of 100 s, the other made 4 of 10 s."""
    ids = []
    for seed, num_epochs, seconds in ((1, 2, 100), (2, 4, 10)):
        run_id = store.create(TrainingConfig(seed=seed), name="same")
        store.start(run_id)
        _log_epochs(run_id, num_epochs, seconds=seconds)
        ids.append(run_id)

    app = open_app("compare", runs=",".join(ids), axis="Time", over_seeds="true")

    mean = figure(app, "compared_curves")["data"][-1]
    assert mean["x"] == pytest.approx([55.0, 110.0, 120.0, 130.0])


def _log_epochs(run_id: str, num_epochs: int, *, seconds: int) -> None:
    """Write epochs of that length into a run that has begun."""
    client = MlflowClient(tracking_uri=settings.tracking_uri())
    for epoch in range(1, num_epochs + 1):
        for key in ("loss", "accuracy", "val_loss", "val_accuracy"):
            moment = 1000 * seconds * epoch
            client.log_metric(run_id, key, 0.5, timestamp=moment, step=epoch)


def test_runs_without_repeated_seeds_offer_no_mean_over_them(
    twenty_runs: list[str],
) -> None:
    app = open_app("compare", runs=",".join(twenty_runs[::2]), over_seeds="true")

    assert not app.exception
    assert "over_seeds" not in {toggle.key for toggle in app.toggle}
    assert len(figure(app, "compared_curves")["data"]) == 10


def test_runs_without_validation_have_no_curves(two_runs: tuple[str, str]) -> None:
    app = open_app("compare", runs=",".join(two_runs), curves="Loss")

    assert "None of these runs has a curve of the validation loss" in text(app)
    assert app.segmented_control(key="curves").value == "Loss"


@pytest.mark.parametrize(
    "address",
    [
        {"curves": "nonsense", "images": "", "axis": "epoch", "smoothing": "much"},
        {"smoothing": "7", "over_seeds": "perhaps"},
        {"smoothing": "nan"},
    ],
    ids=["words", "too much", "not a number"],
)
def test_address_that_nobody_understands_shows_the_default(
    twenty_runs: list[str], address: dict[str, str]
) -> None:
    app = open_app("compare", runs=",".join(twenty_runs), **address)

    assert not app.exception
    assert figure(app, "compared_curves")["data"][0]["y"] == [70.0, 80.0]


def test_curves_that_run_out_of_runs_say_so(
    store: RunStore, twenty_runs: list[str]
) -> None:
    """An ensemble has no curve, and one that waits has none yet."""
    waits = store.create(TrainingConfig(), name="waits")
    network = TrainingConfig().network
    ensemble = store.create(EnsembleConfig(members=(network,) * 2), name="both")

    app = open_app("compare", runs=",".join([*twenty_runs[:2], waits, ensemble]))

    assert "2 runs of 4 left out" in text(app)
