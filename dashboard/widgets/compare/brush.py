"""What is held of the axes of parallel coordinates, in the address.

brush=test_accuracy:97.5:99;epochs:2:5,10:12
"""

import contextlib
import math
from collections.abc import Mapping, Sequence

from core.insight.run_columns import Column
from dashboard import state
from dashboard.charts.parallel import Brush, Ranges, held_values


def read() -> dict[str, Ranges]:
    """Return what the address holds; what cannot be read of it holds nothing."""
    held = {}
    for part in (state.text(state.BRUSH) or "").split(";"):
        key, _, written = part.partition(":")
        ranges = tuple(filter(None, map(_range, written.split(","))))
        if ranges:
            held[key] = ranges
    return held


def keep(brush: Brush) -> None:
    """Put what is held into the address."""
    parts = [
        f"{key}:{','.join(f'{low:.6g}:{high:.6g}' for low, high in ranges)}"
        for key, ranges in brush.items()
        if ranges
    ]
    state.remember(state.BRUSH, ";".join(parts) or None)


def drawn(
    values: Mapping[str, object], columns: Sequence[Column]
) -> dict[str, Ranges] | None:
    """Read what a browser says is held of each axis, from left to right.

    Args:
        values: Those of a `figure.Change`.
        columns: The columns that are drawn.

    Returns:
        What is held by key, in the unit of the column, for all axes in their order
        now; None if it is no such thing.
    """
    known = {column.key: column for column in columns}
    axes = values.get("axes")
    if not isinstance(axes, list):
        return None
    found: dict[str, Ranges] = {}
    for axis in axes:
        match axis:
            case [str(key), list(ranges)] if key in known:
                pairs = tuple(filter(None, map(_pair, ranges)))
                found[key] = held_values(known[key], pairs)
            case _:
                return None
    return found


def _range(written: str) -> tuple[float, float] | None:
    return _pair(written.split(":"))


def _pair(ends: object) -> tuple[float, float] | None:
    match ends:
        case [str() | int() | float() as low, str() | int() | float() as high]:
            with contextlib.suppress(ValueError):
                pair = float(low), float(high)
                return pair if all(map(math.isfinite, pair)) else None
    return None
