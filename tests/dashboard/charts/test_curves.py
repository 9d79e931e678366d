"""Learning curves."""

import json
import math
from dataclasses import replace

import pytest

from dashboard.charts.curves import (
    Option,
    Quantity,
    Series,
    compared_curves,
    learning_curves,
)
from dashboard.charts.theme import LIGHT

TRAINING = Series("Training", (1.0, 2.0, 3.0), (0.91, 0.95, 0.975), "training")
VALIDATION = Series("Validation", (1.0, 2.0), (0.94, 0.96), "validation")
LIVE = Series("Training, live", (0.25, 0.5), (0.5, 0.7), "training", live=True)


def draw(
    quantity: Quantity,
    *series: Series,
    epochs: int = 10,
    first: int = 0,
    best_epoch: int | None = None,
) -> Option:
    return learning_curves(
        quantity, series, epochs=(first, epochs), best_epoch=best_epoch, palette=LIGHT
    )


def test_accuracy_is_in_percent_and_each_role_has_its_colour() -> None:
    """Blue is training and vermilion is validation on every page."""
    option = draw("Accuracy", TRAINING, VALIDATION)
    training, validation = option["series"]

    assert [value for _, value in training["data"]] == pytest.approx([91, 95, 97.5])
    assert training["color"] == LIGHT.training
    assert [epoch for epoch, _ in validation["data"]] == [1.0, 2.0]
    assert validation["color"] == LIGHT.validation
    assert option["tooltip"]["valueFormatter"] == "%.2f %%"


def test_loss_is_drawn_as_it_is() -> None:
    option = draw("Loss", Series("Training", (1.0,), (2.3,), "training"))

    assert option["series"][0]["data"] == [[1.0, 2.3]]
    assert option["tooltip"]["valueFormatter"] == "%.4f"
    assert option["yAxis"]["scale"] is False


@pytest.mark.parametrize("bad", [math.nan, math.inf], ids=["nan", "infinite"])
def test_loss_that_is_no_number_leaves_a_gap(bad: float) -> None:
    """A line drawn across would hide that training diverged."""
    option = draw("Loss", Series("Training", (1.0, 2.0, 3.0), (1, bad, 2), "training"))

    assert [value for _, value in option["series"][0]["data"]] == [1, None, 2]
    assert option["series"][0]["connectNulls"] is False
    json.dumps(option, allow_nan=False)


@pytest.mark.parametrize(
    ("quantity", "top"), [("Accuracy", 100), ("Loss", 1)], ids=["accuracy", "loss"]
)
def test_nothing_yet_is_empty_axes_of_the_right_range(
    quantity: Quantity, top: int
) -> None:
    """The space is kept, and the first point moves nothing."""
    option = draw(quantity, epochs=30)

    assert option["series"] == []
    assert (option["xAxis"]["min"], option["xAxis"]["max"]) == (0, 30)
    assert (option["yAxis"]["min"], option["yAxis"]["max"]) == (0, top)


def test_epoch_axis_is_as_long_as_the_run_from_the_start() -> None:
    axis = draw("Loss", TRAINING, epochs=10)["xAxis"]

    assert (axis["min"], axis["max"], axis["name"]) == (0, 10, "Epoch")


def test_curves_show_the_chosen_epochs_alone_with_axes_that_fit() -> None:
    """ECharts fits its y axis to points that it does not show, too."""
    option = draw("Loss", LIVE, TRAINING, VALIDATION, first=2, epochs=3)

    live, training, validation = option["series"]
    assert live["data"] == []
    assert training["data"] == [[2, 0.95], [3, 0.975]]
    assert validation["data"] == [[2, 0.96]]
    assert (option["xAxis"]["min"], option["xAxis"]["max"]) == (2, 3)
    assert option["yAxis"]["scale"] is True


@pytest.mark.parametrize(("best", "marks"), [(1, 0), (2, 1), (3, 1), (4, 0)])
def test_best_epoch_is_marked_only_where_it_is_shown(best: int, marks: int) -> None:
    lines = draw("Loss", first=2, epochs=3, best_epoch=best)["series"]

    assert sum("markLine" in line for line in lines) == marks


def test_values_decide_their_axis_as_soon_as_there_are_any() -> None:
    assert "max" not in draw("Loss", TRAINING)["yAxis"]


def test_best_epoch_is_marked_and_named() -> None:
    """The last epoch shown instead of the best is a known complaint."""
    mark = draw("Accuracy", TRAINING, best_epoch=2)["series"][-1]

    assert mark["markLine"]["data"] == [{"xAxis": 2}]
    assert mark["markLine"]["lineStyle"]["type"] == "dashed"
    assert mark["name"] == "Lowest validation loss: epoch 2"
    assert mark["markLine"]["label"]["formatter"] == "{a}"


@pytest.mark.parametrize(("best", "align", "way"), [(2, "left", 1), (9, "right", -1)])
def test_label_of_the_best_epoch_stays_inside(best: int, align: str, way: int) -> None:
    label = draw("Accuracy", TRAINING, best_epoch=best)["series"][-1]["markLine"][
        "label"
    ]

    assert label["align"] == align
    assert label["offset"][0] * way > 0


def test_no_best_epoch_no_mark() -> None:
    assert not any("markLine" in line for line in draw("Loss", TRAINING)["series"])


def test_live_line_is_thin_and_shares_the_legend_of_its_thick_one() -> None:
    option = draw("Accuracy", LIVE, TRAINING)
    live, thick = option["series"]

    assert [epoch for epoch, _ in live["data"]] == [0.25, 0.5]
    assert live["lineStyle"]["width"] < thick["lineStyle"]["width"]
    assert option["legend"]["data"] == ["Training"]


@pytest.mark.parametrize(("num_points", "is_marked"), [(1, True), (2, False)])
def test_the_first_point_within_an_epoch_can_be_seen(
    num_points: int, *, is_marked: bool
) -> None:
    """A line through one point has no length."""
    line = replace(LIVE, x=LIVE.x[:num_points], y=LIVE.y[:num_points])

    assert draw("Accuracy", line)["series"][0]["showSymbol"] is is_marked


def test_live_line_alone_is_named() -> None:
    """In the first epoch there is no other."""
    assert draw("Accuracy", LIVE)["legend"]["data"] == ["Training, live"]


def test_nothing_moves_by_itself() -> None:
    """The curves change every second; what also slid would be unrest."""
    assert draw("Loss", TRAINING)["animation"] is False


def test_compared_runs_have_a_colour_and_a_name_each() -> None:
    """Two runs in one colour could not be told apart."""
    series = [
        Series(f"({number}) run", (1.0, 2.0), (0.9, 0.9 + number / 100), "validation")
        for number in range(6)
    ]

    option = compared_curves("Accuracy", series, epochs=2, palette=LIGHT)

    colours = [line["color"] for line in option["series"]]
    assert len(set(colours)) == 6
    assert option["legend"]["data"] == [line.name for line in series]
    assert option["legend"]["type"] == "scroll"
    assert option["series"][5]["data"][-1] == pytest.approx([2.0, 95.0])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0.779, 0.993), (75, 100, 5)),
        ((0.1, 0.98), (0, 100, 20)),
        ((0.9785, 0.9807), (97.85, 98.1, 0.05)),
        ((0.999, 1.0), (99.9, 100, 0.05)),
    ],
    ids=["whole run", "from guessing", "last epochs", "perfect"],
)
def test_axis_of_accuracy_ends_at_100_percent(
    values: tuple[float, float], expected: tuple[float, float, float]
) -> None:
    """An axis to 102 % lets nobody trust the rest."""
    line = Series("Training", (1.0, 2.0), values, "training")

    axis = draw("Accuracy", line)["yAxis"]

    assert (axis["min"], axis["max"], axis["interval"]) == expected


@pytest.mark.parametrize(
    ("value", "low", "high"), [(0.9602, 95, 98), (1.0, 99, 100), (0.001, 0, 2)]
)
def test_axis_around_a_single_accuracy_stays_within_percent(
    value: float, low: int, high: int
) -> None:
    """ECharts alone draws one from 40 to 160 %."""
    axis = draw("Accuracy", Series("Training", (1.0,), (value,), "training"))["yAxis"]

    assert (axis["min"], axis["max"]) == (low, high)
