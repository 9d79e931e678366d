"""Curves of several runs: told apart, smoothed over the raw ones, with a band."""

import math

import pytest

from dashboard.charts.compared_curves import Axis, Line, compared_curves
from dashboard.charts.theme import DARK, LIGHT, Palette

TWENTY = [
    Line(name=f"({number}) run", x=(1.0, 2.0), y=(0.9, 0.9 + number / 1000))
    for number in range(1, 21)
]
BAND = Line(
    name="(1, 2) run",
    x=(1.0, 2.0),
    y=(0.5, 0.75),
    raw=(0.25, 1.0),
    low=(0.5, 0.7),
    high=(0.5, 0.8),
    counts=(1, 2),
)


def draw(*lines: Line, axis: Axis = "Epoch") -> list[dict]:
    """Return the traces as they are sent."""
    figure = compared_curves(
        "Accuracy", lines, axis=axis, names_per_row=5, palette=LIGHT
    )
    return figure.to_dict()["data"]


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_twenty_runs_are_told_apart(palette: Palette) -> None:
    """Two runs of one colour and one dash would be one line with two ends."""
    figure = compared_curves(
        "Accuracy", TWENTY, axis="Epoch", names_per_row=5, palette=palette
    )

    looks = {(line.line.color, line.line.dash) for line in figure.data}
    assert len(looks) == 20
    assert [line.name for line in figure.data] == [line.name for line in TWENTY]
    assert figure.data[19].y[-1] == pytest.approx(92.0)


def test_legend_takes_no_room_from_the_curves() -> None:
    """On a phone its twenty names stand below each other."""

    def height(names_per_row: int) -> int:
        layout = compared_curves(
            "Loss",
            TWENTY,
            axis="Epoch",
            names_per_row=names_per_row,
            palette=LIGHT,
        ).layout
        return layout.height - layout.margin.t

    assert height(1) == height(5) > 300


def test_raw_curve_lies_faint_behind_the_smoothed_one() -> None:
    (raw, smoothed) = draw(Line(name="run", x=(1.0, 2.0), y=(0.5, 0.6), raw=(0.4, 0.9)))

    assert raw["y"] == [40.0, 90.0]
    assert smoothed["y"] == [50.0, 60.0]
    assert raw["opacity"] < 0.5
    assert raw["hoverinfo"] == "skip"
    assert raw["line"]["color"] == smoothed["line"]["color"]


def test_band_goes_from_the_lowest_to_the_highest_and_with_its_line() -> None:
    low, high, _, main = draw(BAND)

    assert (low["y"], high["y"]) == ([50.0, 70.0], [50.0, 80.0])
    assert high["fill"] == "tonexty"
    assert main["text"] == [" (1 run)", " (70.00 to 80.00, 2 runs)"]
    assert len({trace["legendgroup"] for trace in draw(BAND)}) == 1
    assert [trace.get("showlegend", True) for trace in draw(BAND)] == [
        *(False, False, False, True)
    ]


@pytest.mark.parametrize(
    ("seconds", "title", "last"),
    [(90.0, "s", 90.0), (1800.0, "min", 30.0), (72_000.0, "h", 20.0)],
)
def test_long_times_have_a_larger_unit(seconds: float, title: str, last: float) -> None:
    line = Line(name="run", x=(1.0, seconds), y=(0.5, 0.6))

    figure = compared_curves(
        "Loss", [line], axis="Time", names_per_row=5, palette=LIGHT
    )

    assert figure.layout.xaxis.title.text == f"Training time ({title})"
    assert figure.data[0].x[-1] == last


def test_what_is_no_number_is_a_gap() -> None:
    (line,) = draw(Line(name="run", x=(math.nan, 2.0), y=(0.5, math.nan)), axis="Time")

    assert line["x"] == [None, 2.0]
    assert line["y"] == [50.0, None]


def test_names_of_runs_are_data_and_leave_room_for_the_curves() -> None:
    """Plotly would read a tag, and a name of 80 characters would fill the legend."""
    name = "<a href='http://x'>" + "x" * 80

    (line,) = draw(Line(name=name, x=(1.0,), y=(0.9,)))

    assert line["name"].startswith("&lt;a href")
    assert line["name"].endswith("x\u2026")
    assert len(line["name"]) < 50
