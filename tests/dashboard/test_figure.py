"""What a browser tells of a figure is read as what it is, or not at all."""

import pytest

from dashboard.figure import Change, Hit, Selection, read_change, read_hit
from dashboard.figure import read_selection as read


def test_hit_says_what_and_where() -> None:
    sent = {"trace": 1, "index": 42, "x": 4.5, "y": "9", "at": 1}

    assert read_hit(sent) == Hit(trace=1, index=42, x=4.5, y="9")


def test_hit_of_a_gap_has_no_place() -> None:
    assert read_hit({"trace": 0, "index": 3, "x": None}) == Hit(0, 3, None, None)


@pytest.mark.parametrize(
    "sent",
    [{}, {"trace": 0}, {"trace": 0, "index": [1, 2]}, {"trace": "0", "index": 1}],
    ids=["nothing", "no index", "a list", "a text"],
)
def test_what_is_no_hit_is_none(sent: dict[str, object]) -> None:
    """Anybody can send anything; it must not become an index of an array."""
    assert read_hit(sent) is None


def test_selection_has_the_number_of_each_point() -> None:
    assert read({"points": [[0, 7], [2, 5]]}) == Selection((0, 2), (7, 5))


def test_emptied_selection_is_one_too() -> None:
    assert read({"points": []}) == Selection((), ())


@pytest.mark.parametrize(
    "sent",
    [{}, {"points": 3}, {"points": [[0]]}, {"points": [[0, None]]}],
    ids=["nothing", "a number", "half a pair", "no number"],
)
def test_what_is_no_selection_is_none(sent: dict[str, object]) -> None:
    assert read(sent) is None


def test_change_says_what_plotly_says() -> None:
    zoom = {"xaxis.range[0]": 2, "xaxis.range[1]": 5}

    assert read_change({"values": zoom, "at": 1}) == Change(zoom, ())
    brushed = {"values": {"dimensions[0].constraintrange": [[1, 2]]}, "traces": [0]}
    assert read_change(brushed) == Change(brushed["values"], (0,))
    assert read_change({"values": 3}) is None
