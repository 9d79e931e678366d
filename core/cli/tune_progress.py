"""Show in a terminal how a study stands."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from core.cli.console import printable
from core.errors import UnknownRunError
from core.proportion import percent
from core.tuning import ranking
from core.tuning.study import Study
from core.tuning.trials import State, TrialRecord, busy_seconds

if TYPE_CHECKING:
    from core.runs.store import RunStore

Progress = Callable[["RunStore", Study, Sequence[TrialRecord]], None]
"""Takes a study with its trials, and the store of their runs."""


@contextlib.contextmanager
def study_bar() -> Iterator[Progress]:
    """Show a progress bar while the block runs; nothing where there is no terminal.

    Yields:
        A function that takes how a study stands.
    """
    console = Console(stderr=True)
    with Bars(
        TextColumn("{task.fields[done]}"),
        BarColumn(bar_width=20),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
        console=console,
        disable=not console.is_terminal,
    ) as bars:
        task = bars.add_task("starting", total=1.0, done="")

        def show(
            store: "RunStore", study: Study, trials: Sequence[TrialRecord]
        ) -> None:
            if not console.is_terminal:
                return
            parts = (_best(study, trials), *_running(store, trials))
            bars.update(
                task,
                completed=_share(study, trials),
                done=_done(study, trials),
                description=printable("; ".join(filter(None, parts))),
            )

        yield show


def _over(trials: Sequence[TrialRecord]) -> int:
    return sum(each.ended is not None and not each.is_lost for each in trials)


def _total(study: Study, trials: Sequence[TrialRecord]) -> int | None:
    """Return how many trials there will be; None if only time limits them."""
    most = study.spec.num_trials
    if study.spec.sampler == "grid":
        num = sum(not each.is_lost for each in trials)
        return min(num, most or num)
    return most


def _share(study: Study, trials: Sequence[TrialRecord]) -> float:
    total, minutes = _total(study, trials), study.spec.minutes
    shares = [_over(trials) / total] if total else []
    if minutes:
        shares.append(busy_seconds(trials) / 60 / minutes)
    return min(1.0, max(shares, default=0.0))


def _done(study: Study, trials: Sequence[TrialRecord]) -> str:
    total, minutes = _total(study, trials), study.spec.minutes
    text = f"{_over(trials)} of {total} trials" if total else f"{_over(trials)} trials"
    if minutes:
        text += f", {busy_seconds(trials) / 60:.1f} of {minutes:g} min"
    return text


def _best(study: Study, trials: Sequence[TrialRecord]) -> str:
    for best in ranking.ranked(study.spec, trials):
        objective, value = study.spec.objectives[0], best.values[0]
        score = percent(value) if objective == "val_accuracy" else f"{value:.4g}"
        return f"best {score} (trial {best.number})"
    return ""


def _running(store: "RunStore", trials: Sequence[TrialRecord]) -> Iterator[str]:
    """Say how far the trials are that have begun."""
    for each in trials:
        if each.state is not State.RUNNING or not each.run_id:
            continue
        with contextlib.suppress(UnknownRunError):
            run = store.get(each.run_id)
            done = run.scores.epochs_done
            if done is not None:
                total = run.training.epochs
                yield f"trial {each.number}: epoch {done:.1f} of {total}"
