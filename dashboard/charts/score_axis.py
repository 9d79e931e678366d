"""The axis of the scores by which trials are compared."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ScoreAxis:
    """What the scores of some trials are.

    Attributes:
        title: What is scored.
        suffix: Unit of the scores, with a space before it; may be empty.
        is_low_good: Whether a lower score is better.
    """

    title: str
    suffix: str = ""
    is_low_good: bool = False
