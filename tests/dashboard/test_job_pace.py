"""How long work still takes, by two looks at it."""

import pytest

from dashboard.job_pace import Mark, expected


def test_the_rest_takes_as_long_as_its_share_did() -> None:
    """A quarter took 5 s, and a half is left."""
    assert expected(Mark(10.0, 0.25), Mark(15.0, 0.5)) == pytest.approx(10.0)


@pytest.mark.parametrize(
    "now", [Mark(11.0, 0.5), Mark(30.0, 0.2501)], ids=["too soon", "hardly moved"]
)
def test_nothing_is_said_before_the_pace_is_known(now: Mark) -> None:
    """A first guess would be far off, and jump."""
    assert expected(Mark(10.0, 0.25), now) is None
