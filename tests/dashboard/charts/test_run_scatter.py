"""Runs as points of two columns: what is drawn, told, hit and ringed."""

import numpy as np
import pytest

from core.insight.run_columns import Column
from dashboard.charts.run_scatter import MAX_DRAWN_AS_SHAPES, run_scatter
from dashboard.charts.theme import LIGHT

SECONDS = Column(
    key="train_seconds",
    title="Training time (s)",
    numbers=np.array([1.0, 2.0, 40.0, np.nan, 3.0]),
    better="low",
    is_log=True,
)
ACCURACY = Column(
    key="test_accuracy",
    title="Test accuracy (%)",
    numbers=np.array([90.0, 95.0, 99.0, 98.0, 93.0]),
    better="high",
)
EPOCHS = Column(key="epochs", title="Epochs", numbers=np.arange(5.0))
KIND = Column(
    key="kind",
    title="Network type",
    numbers=np.array([0.0, 1.0, 0.0, 1.0, 1.0]),
    categories=("<b>", "dense"),
)
MNIST = ("MNIST",) * 5


def draw(
    x: Column = SECONDS,
    y: Column = ACCURACY,
    *,
    groups: tuple[str, ...] = MNIST,
    chosen: tuple[int, ...] = (),
    names: tuple[str, ...] = ("a", "b", "c", "d", "e"),
) -> dict:
    figure = run_scatter(x, y, names=names, groups=groups, chosen=chosen, palette=LIGHT)
    return figure.to_dict()


def test_front_steps_from_the_quickest_run_to_the_most_accurate() -> None:
    _, front = draw()["data"]

    assert front["x"] == [1.0, 2.0, 40.0]
    assert front["y"] == [90.0, 95.0, 99.0]
    assert front["line"]["shape"] == "hv"


def test_point_is_known_by_its_place_among_all_runs() -> None:
    """Runs without a value are left out, and those after them keep their numbers."""
    points = draw()["data"][0]

    assert points["customdata"] == [0, 1, 2, 4]
    assert points["text"] == ["a", "b", "c", "e"]


def test_data_sets_have_a_colour_and_a_front_each() -> None:
    """An accuracy on other images beats nothing."""
    traces = draw(groups=("MNIST", "MNIST", "Letters", "Letters", "Letters"))["data"]

    fronts = [trace["x"] for trace in traces if trace["mode"] == "lines"]
    points = [trace for trace in traces if trace["mode"] == "markers"]
    assert fronts == [[1.0, 2.0], [3.0, 40.0]]
    assert [trace["name"] for trace in points] == ["MNIST", "Letters"]
    assert len({trace["marker"]["color"] for trace in points}) == 2


def test_without_a_better_end_there_is_no_front() -> None:
    assert [trace["mode"] for trace in draw(EPOCHS)["data"]] == ["markers"]


def test_chosen_runs_are_ringed_where_they_are_drawn() -> None:
    rings = draw(chosen=(1, 3))["data"][-1]

    assert rings["customdata"] == [1]
    assert rings["marker"]["color"] == LIGHT.accent
    assert rings["marker"]["symbol"] == "circle-open"


def test_axes_are_logarithmic_where_the_column_is_and_have_its_words() -> None:
    layout = draw(SECONDS, KIND)["layout"]

    assert layout["xaxis"]["type"] == "log"
    assert layout["yaxis"]["ticktext"] == ["&lt;b>", "dense"]


def test_names_are_data() -> None:
    points = draw(names=("<a href='x'>", *"bcde"))["data"][0]

    assert points["text"][0] == "&lt;a href='x'>"


@pytest.mark.parametrize(("number", "kind"), [(0, "scatter"), (1, "scattergl")])
def test_very_many_points_are_drawn_by_webgl(number: int, kind: str) -> None:
    numbers = np.arange(1.0, MAX_DRAWN_AS_SHAPES + number + 1)
    column = Column(key="epochs", title="Epochs", numbers=numbers)
    names = ("run",) * len(numbers)

    figure = draw(column, column, names=names, groups=("MNIST",) * len(numbers))

    assert figure["data"][0]["type"] == kind
