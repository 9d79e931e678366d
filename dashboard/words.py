"""Numbers, times and names as they stand on pages."""

from datetime import datetime

from core.config.presets import Preset
from core.datasets.spec import DatasetSpec
from core.handover import markdown
from core.proportion import Proportion, percent
from core.records import Run

literal = markdown.literal
message = markdown.message

_MINUTE = 60
_HOUR = 3600


def accuracy(share: Proportion) -> str:
    """Write an accuracy with its n and interval."""
    return f"{percent(share.value)} of {share.total:,} test images ({interval(share)})"


def interval(share: Proportion) -> str:
    """Write the 95 % interval of a share, in percent: "97.8 to 98.4"."""
    low, high = percent(share.low, decimals=1), percent(share.high, decimals=1)
    return f"{low.removesuffix(' %')} to {high.removesuffix(' %')}"


def bare_percent(share: float) -> str:
    """Write a share as percent without its unit, for one end of an interval."""
    return percent(share).removesuffix(" %")


def confidence(share: float) -> str:
    """Write the probability of a predicted class: "confidence 95.8 %"."""
    return f"confidence {percent(share, decimals=1)}"


def count(number: int, thing: str) -> str:
    """Write how many there are of a thing whose plural ends in s: "1 run", "2 runs"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def ordinal(number: int) -> str:
    """Write a place: "1st", "2nd", "3rd", "4th", "11th", "21st"."""
    is_teen = number % 100 in range(11, 14)
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{'th' if is_teen else ending}"


def claim(preset: Preset, spec: DatasetSpec) -> str:
    """Write what a preset was measured to reach on a data set, in Markdown."""
    title, measured = literal(spec.title), preset.claim_on(spec.name)
    if measured is None:
        return f"Not measured on {title} yet."
    n = measured.num_seeds
    seeds = "1 seed" if n == 1 else f"mean of {n} seeds"
    is_whole = measured.num_train == spec.num_train
    of_all = "" if is_whole else f" with {measured.num_train:,} training images"
    return (
        f"Measured on {title}{of_all}: {percent(measured.accuracy)} of "
        f"{measured.num_test:,} test images ({seeds}), trained in "
        f"{duration(measured.seconds)} ({measured.machine})."
    )


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


def size(num_bytes: float) -> str:
    """Write a size in memory: "850 kB", "3.2 MB", "1.5 GB"."""
    value, unit = num_bytes / 1000, "kB"
    for larger in ("MB", "GB"):
        if value >= 999.5:  # noqa: PLR2004 - what would be written as 1,000
            value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if value >= 9.95 else f"{value:.1f} {unit}"  # noqa: PLR2004 - two digits


def moment(then: datetime, *, now: datetime) -> str:
    """Write a moment in the time zone of `now`: "today 14:02", "22 Nov 2026 14:02"."""
    local = then.astimezone(now.tzinfo)
    if local.date() == now.date():
        return f"today {local:%H:%M}"
    return f"{local.day} {local:%b %Y %H:%M}"


def run_title(run: Run, *, now: datetime) -> str:
    """Name a run so that people can tell it from others; it is no Markdown."""
    title = f"{run.name}, {moment(run.created, now=now)}"
    if run.scores.test_accuracy is None:
        return title
    return f"{title}, {percent(run.scores.test_accuracy)}"
