"""Which is read on Draw: what somebody drew or opened last."""

import pytest

from dashboard.widgets.draw.source import Source, latest

NOTHING = Source()
DRAWN = Source(drawing="one", read="drawing")
OPENED = Source(picture="five.png", read="picture")
DRAWN_THEN_OPENED = Source("one", "five.png", "picture")
OPENED_THEN_DRAWN = Source("one", "five.png", "drawing")


@pytest.mark.parametrize(
    ("before", "drawing", "picture", "read"),
    [
        pytest.param(NOTHING, "", "", "", id="nothing yet"),
        pytest.param(NOTHING, "one", "", "drawing", id="first drawing"),
        pytest.param(NOTHING, "", "five.png", "picture", id="first picture"),
        pytest.param(DRAWN, "one", "five.png", "picture", id="opened after drawing"),
        pytest.param(OPENED, "one", "five.png", "drawing", id="drawn after opening"),
        pytest.param(
            OPENED_THEN_DRAWN, "two", "five.png", "drawing", id="another stroke"
        ),
        pytest.param(
            OPENED_THEN_DRAWN, "two", "six.png", "picture", id="another picture"
        ),
        pytest.param(
            DRAWN_THEN_OPENED, "one", "five.png", "picture", id="picture stays"
        ),
        pytest.param(
            OPENED_THEN_DRAWN, "one", "five.png", "drawing", id="drawing stays"
        ),
        pytest.param(
            OPENED_THEN_DRAWN, "", "five.png", "picture", id="strokes taken back"
        ),
        pytest.param(DRAWN_THEN_OPENED, "one", "", "drawing", id="picture closed"),
        pytest.param(DRAWN_THEN_OPENED, "", "", "", id="all cleared"),
    ],
)
def test_latest_thing_that_somebody_did_is_read(
    before: Source, drawing: str, picture: str, read: str
) -> None:
    """An open picture won over every drawing, and nothing on the screen said so."""
    now = latest(before, drawing=drawing, picture=picture)

    assert now == Source(drawing, picture, read)
