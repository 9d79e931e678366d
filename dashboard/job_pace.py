"""How long work will still take, by how fast it went on while somebody looked."""

import time
from dataclasses import dataclass
from typing import Final

import streamlit as st

from dashboard import state

MIN_SECONDS: Final = 2.0
MIN_PROGRESS: Final = 0.002


@dataclass(frozen=True)
class Mark:
    """How far some work was.

    Attributes:
        moment: When, in seconds of a clock that never goes back.
        share: Share of the work done, 0 to 1.
    """

    moment: float
    share: float


def expected(first: Mark, now: Mark) -> float | None:
    """Return how many seconds are left, if two marks tell it."""
    seconds, progress = now.moment - first.moment, now.share - first.share
    if seconds < MIN_SECONDS or progress < MIN_PROGRESS:
        return None
    return (1 - now.share) * seconds / progress


def seconds_left(job_id: str, share: float) -> float | None:
    """Return how many seconds a job still takes, if this session knows it.

    Args:
        job_id: The job.
        share: Share of it that is done now.
    """
    first_marks: dict[str, Mark] = st.session_state.setdefault(state.PACE, {})
    now = Mark(time.monotonic(), share)
    first = first_marks.get(job_id)
    if first is None or share < first.share:
        first = first_marks[job_id] = now
    return expected(first, now)
