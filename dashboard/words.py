"""Numbers, times and names as they stand on pages."""

from datetime import datetime

from core.evaluation.metrics import Proportion
from core.runs.records import Run
from dashboard.charts.words import percent

_MINUTE = 60
_HOUR = 3600


def accuracy(share: Proportion) -> str:
    """Write an accuracy with its n and interval."""
    low, high = percent(share.low, decimals=1), percent(share.high, decimals=1)
    interval = f"({low.removesuffix(' %')} to {high.removesuffix(' %')})"
    return f"{percent(share.value)} of {share.total:,} test images {interval}"


def duration(seconds: float) -> str:
    """Write a time as people say it: "0.4 s", "3 s", "2 min 10 s", "1 h 5 min"."""
    if seconds < 1:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"


def moment(then: datetime, *, now: datetime) -> str:
    """Write a moment in the time zone of `now`: "today 14:02", "22 Nov 2026 14:02"."""
    local = then.astimezone(now.tzinfo)
    if local.date() == now.date():
        return f"today {local:%H:%M}"
    return f"{local.day} {local:%b %Y %H:%M}"


def run_title(run: Run, *, now: datetime) -> str:
    """Name a run so that people can tell it from others."""
    title = f"{run.name}, {moment(run.created, now=now)}"
    if run.scores.test_accuracy is None:
        return title
    return f"{title}, {percent(run.scores.test_accuracy)}"
