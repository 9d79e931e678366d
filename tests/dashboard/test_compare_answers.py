"""Compare: what differs between the answers of runs, image by image."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from core.config import EnsembleConfig, MlpConfig, TrainingConfig
from core.predictions import Predictions
from core.runs.store import RunStore
from tests import small_data
from tests.dashboard.app import alerts, captions, figure, open_app, text
from tests.dashboard.homes import MakeHome, TakeRuns, finish_in

MakeWrong = Callable[..., str]


def make_wrong(store: RunStore, folder: Path, right: Predictions) -> MakeWrong:
    """Give a function that makes a run with mistakes about given test images.

    It predicts the class `shift` further on, with a confidence of 60 % or more.
    """

    def make(name: str, positions: Sequence[int], *, shift: int = 5) -> str:
        labels = right.labels
        said = labels.copy()
        said[list(positions)] = (said[list(positions)] + shift) % 10
        sure = np.full(len(labels), 0.95, np.float32)
        sure[list(positions)] = np.linspace(0.9, 0.6, len(positions))
        probabilities = np.repeat((1 - sure)[:, np.newaxis] / 9, 10, axis=1)
        probabilities[np.arange(len(labels)), said] = sure
        files = folder / name
        small_data.write_predictions(
            files,
            Predictions(
                labels=labels,
                probabilities=probabilities.astype(np.float32),
                features=np.zeros((len(labels), 1), np.float32),
            ),
        )
        return finish_in(store, name=name, files=files)

    return make


@pytest.fixture
def wrong_about(made_up: Predictions, store: RunStore, tmp_path: Path) -> MakeWrong:
    """Give a function that makes a run with mistakes in the store of this test."""
    return make_wrong(store, tmp_path, made_up)


@pytest.fixture(scope="module")
def home_before_and_after(
    made_up: Predictions, make_home: MakeHome, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Make a home with two runs: 20 images are fixed, 5 broken, 10 stay wrong."""

    def fill(store: RunStore) -> None:
        make = make_wrong(store, tmp_path_factory.mktemp("two"), made_up)
        make("before", range(30))
        make("after", range(20, 35))

    return make_home(fill)


@pytest.fixture
def two(take_runs: TakeRuns, home_before_and_after: Path) -> str:
    """Put these two runs into the store."""
    return ",".join(take_runs(home_before_and_after))


@pytest.fixture(scope="module")
def home_of_three(
    made_up: Predictions, make_home: MakeHome, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Make a home with three runs, of which the second is the best."""

    def fill(store: RunStore) -> None:
        make = make_wrong(store, tmp_path_factory.mktemp("three"), made_up)
        make("a", range(300))
        make("b", range(20))
        make("c", range(290, 350))

    return make_home(fill)


@pytest.fixture
def three(take_runs: TakeRuns, home_of_three: Path) -> list[str]:
    """Put these three runs into the store."""
    return take_runs(home_of_three)


def test_verdict_of_two_runs_has_its_numbers_and_the_interval(two: str) -> None:
    """Newcombe's interval of 15 in 10,000, worked out on its own."""
    said = text(open_app("compare", runs=two))

    assert (
        "(2) after is better than (1) before: 20 images fixed, 5 broken, p = 0.0041."
    ) in said
    assert "+0.15 percentage points on 10,000 test images (+0.05 to +0.26)" in said
    assert "same class for 99.75 % of the images, and both are wrong about 10" in said
    assert "pairs tested" not in said


def test_swapped_runs_turn_the_verdict_round(two: str) -> None:
    app = open_app("compare", runs=two)

    app.button(key="swap_runs").click().run()

    said = text(app)
    assert "(1) before is worse than (2) after: 5 images fixed, 20 broken" in said
    assert app.query_params["pair"] == ",".join(reversed(two.split(",")))


@pytest.mark.parametrize(
    ("kind", "positions"),
    [
        ("Fixed", range(20)),
        ("Broken", range(30, 35)),
        ("Both wrong", range(20, 30)),
    ],
)
def test_gallery_shows_the_images_of_a_kind(
    two: str, kind: str, positions: range
) -> None:
    """The most confident mistake first; a link shows the same as choosing it."""
    chosen, linked = (
        open_app("compare", runs=two),
        open_app("compare", runs=two, changed=kind),
    )

    chosen.segmented_control(key="changed").select(kind).run()

    shown = captions(chosen, "changed_images")
    numbers = [int(each.split(":")[0].removeprefix("test image ")) for each in shown]
    assert numbers == list(positions)
    assert captions(linked, "changed_images") == shown


def test_hovering_tells_both_answers(two: str) -> None:
    """Test image 0 is a 7, which the first run takes for a 2."""
    first = captions(open_app("compare", runs=two), "changed_images")[0]

    assert first == (
        "test image 0: 7 predicted as 2 (confidence 90.0 %), then as 7 (confidence "
        "95.0 %)"
    )


def test_card_has_the_answers_of_both_runs(two: str) -> None:
    app = open_app("compare", runs=two, image="0")

    one, other = (figure(app, f"card_bars_{number}")["data"][0] for number in (1, 2))
    said = text(app)
    assert max(one["x"]) == pytest.approx(90)
    assert max(other["x"]) == pytest.approx(95)
    assert "**(1) before**: predicted as 2, confidence 90.0 %" in said
    assert "**(2) after**: predicted as 7, confidence 95.0 %" in said


def test_cell_of_the_difference_shows_its_images(
    two: str, made_up: Predictions
) -> None:
    """Of the sevens among the first 35, those that only one run takes for a 2."""
    sevens = np.flatnonzero(made_up.labels[:35] == 7)
    only_one = [index for index in sevens if not 20 <= index < 30]
    app = open_app("compare", runs=two, cell="7-2")

    shown = captions(app, "changed_images")
    assert len(shown) == len(only_one) > 0
    assert app.button(key="remove_cell").label == "7 predicted as 2"

    app.button(key="remove_cell").click().run()

    assert "cell" not in app.query_params
    assert len(captions(app, "changed_images")) == 20


def test_another_pair_begins_with_its_first_page(three: list[str]) -> None:
    """The second run fixes 280 images, the third one 290."""
    app = open_app("compare", runs=",".join(three))
    app.get_by_key("changed_page").set_value(5).run()
    assert len(captions(app, "changed_images")) == 280 - 4 * 64

    app.selectbox(key="second_run").select_index(2).run()

    assert "290 test images wrong with (1) a" in text(app)
    assert len(captions(app, "changed_images")) == 64


def test_of_many_runs_the_first_is_set_against_the_best(three: list[str]) -> None:
    app = open_app("compare", runs=",".join(three))

    said = text(app)
    assert "(2) b is better than (1) a: 280 images fixed, 0 broken" in said
    assert "after Holm's correction" in said
    assert "With 3 pairs tested, one may look significant by chance" in said
    assert len(captions(app, "pairs_of_runs")) == 9


def test_pair_is_chosen_by_name_and_in_the_address(three: list[str]) -> None:
    app = open_app("compare", runs=",".join(three))

    app.selectbox(key="second_run").select_index(2).run()

    assert app.query_params["pair"] == f"{three[0]},{three[2]}"
    assert "(3) c is better than (1) a" in text(app)
    linked = open_app("compare", runs=",".join(three), pair=f"{three[0]},{three[2]}")
    assert figure(linked, "pairs_of_runs") == figure(app, "pairs_of_runs")


def test_choosing_the_other_run_of_the_pair_swaps_them(three: list[str]) -> None:
    """A run cannot be compared with itself."""
    app = open_app("compare", runs=",".join(three))

    app.selectbox(key="first_run").select_index(1).run()

    assert app.query_params["pair"] == f"{three[1]},{three[0]}"


@pytest.mark.parametrize("pair", ["nonsense", ",", "latest,latest", "a" * 3000])
def test_pair_that_is_none_is_as_if_it_were_not_there(
    three: list[str], pair: str
) -> None:
    app = open_app("compare", runs=",".join(three), pair=pair)

    assert not app.exception
    assert "(2) b is better than (1) a" in text(app)


def test_agreement_can_be_shown_of_each_pair(three: list[str]) -> None:
    app = open_app("compare", runs=",".join(three))

    app.segmented_control(key="pairs").select("Agreement").run()

    _, numbers = figure(app, "pairs_of_runs")["data"]
    assert sorted(numbers["text"]) == ["96.6", "96.6", "97.2", "97.2", "99.2", "99.2"]


def test_ensemble_is_scored_before_it_is_made(wrong_about: MakeWrong) -> None:
    """Three runs that are wrong about different images outvote each other."""
    runs = [
        wrong_about(name, range(start, start + 50), shift=shift)
        for name, start, shift in (("a", 0, 1), ("b", 50, 2), ("c", 100, 3))
    ]

    said = text(open_app("compare", runs=",".join(runs)))

    assert "mean of these 3 runs would score **100.00 % of 10,000 test images" in said
    assert (
        "The ensemble is better than (1) a, the best of them: 50 images fixed" in said
    )


def test_ensemble_is_made_with_one_click(
    store: RunStore, two: str, tasks: list[tuple[str, tuple[object, ...]]]
) -> None:
    app = open_app("compare", runs=two)

    app.button(key="make_ensemble").click().run()

    newest = store.runs()[0]
    assert newest.members == tuple(two.split(","))
    assert len(tasks) == 1
    assert not app.exception


def test_ensembles_are_compared_but_not_made_members(
    store: RunStore, two: str, result_files: Path
) -> None:
    members = two.split(",")
    config = EnsembleConfig(members=(MlpConfig(), MlpConfig()))
    ensemble = store.create(config, name="pair", members=members)
    store.start(ensemble)
    run = store.get(members[0])
    store.save_results(ensemble, scores=run.scores, files=result_files)
    store.finish(ensemble)

    app = open_app("compare", runs=f"{members[0]},{ensemble}")

    said = text(app)
    assert "(2) pair is worse than (1) before" in said
    assert "choose the members of (2) pair" in said
    assert "make_ensemble" not in {button.key for button in app.button}


def test_runs_of_other_images_are_left_out_and_told(
    store: RunStore, three: list[str]
) -> None:
    """Two of MNIST, and one of another data set that is not here any more."""
    small_data.move_to_gone_dataset(store, three[1])

    app = open_app("compare", runs=",".join(three))

    (told,) = [each for each in alerts(app) if "different images" in each]
    assert "MNIST (mnist): (1) a, (3) c" in told
    assert "Gone (gone, version 00000000): (2) b" in told
    assert "(3) c is better than (1) a" in text(app)


def test_runs_keep_their_numbers_when_others_are_left_out(
    store: RunStore, wrong_about: MakeWrong
) -> None:
    """In the matrix as in the table of settings below it."""
    ids = [wrong_about(name, range(10 * at)) for at, name in enumerate("abcd")]
    small_data.move_to_gone_dataset(store, ids[1])

    app = open_app("compare", runs=",".join(ids))

    axis = figure(app, "pairs_of_runs")["layout"]["xaxis"]
    assert axis["ticktext"] == ["(1)", "(3)", "(4)"]


def test_two_runs_of_different_images_are_not_compared(
    store: RunStore, three: list[str]
) -> None:
    small_data.move_to_gone_dataset(store, three[1])

    app = open_app("compare", runs=",".join(three[:2]))

    assert "Choose two runs of one data set" in alerts(app)[0]
    assert "is better than" not in text(app)
    assert app.table


def test_predictions_compare_when_the_images_are_gone(
    store: RunStore, two: str
) -> None:
    for run_id in two.split(","):
        small_data.move_to_gone_dataset(store, run_id)

    app = open_app("compare", runs=two, image="0")

    said = text(app)
    assert "(2) after is better than (1) before: 20 images fixed, 5 broken" in said
    assert any("not here any more" in each for each in alerts(app))
    assert "A predicted as C" not in said
    assert "Test image 0: H" in said
    assert "cannot be made, because the images" in said


def test_damaged_run_leaves_the_others(store: RunStore, three: list[str]) -> None:
    store.artifact(three[0], "predictions.npz").write_bytes(b"nothing")

    app = open_app("compare", runs=",".join(three))

    assert "Expected the predictions of a run" in app.error[0].value
    assert "(3) c is worse than (2) b" in text(app)


def test_run_without_a_model_is_named(store: RunStore, two: str) -> None:
    waiting = store.create(TrainingConfig(), name="waits")

    app = open_app("compare", runs=f"{two},{waiting}")

    assert "without answers to compare: (3) waits." in text(app)
    assert "(2) after is better than (1) before" in text(app)


def test_runs_without_models_say_so(store: RunStore) -> None:
    ids = [store.create(TrainingConfig(), name=name) for name in "ab"]

    app = open_app("compare", runs=",".join(ids))

    assert not app.exception
    assert "without answers to compare: (1) a, (2) b." in text(app)
