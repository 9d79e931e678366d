"""Print for people, or for programs as one JSON object on one line.

Progress bars go to the error stream, so they never mix with results.
"""

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.table import Table

from core.proportion import percent
from core.records import Progress

WIDTH_WITHOUT_TERMINAL: Final = 1000

Record = dict[str, Any]
"""One line of a table, or one JSON object: a name and a plain value each."""


def print_error(message: str) -> None:
    """Say on the error stream what went wrong."""
    print(f"error: {printable(message)}", file=sys.stderr)


def print_text(text: str) -> None:
    """Print a sentence."""
    print(printable(text))


def print_record(record: Mapping[str, Any], *, as_json: bool) -> None:
    """Print one record: as JSON, or as lines of a name and a value.

    Lists of records in it follow as tables.
    """
    if as_json:
        print(json.dumps(_finite(record)))
        return
    lists = {name: value for name, value in record.items() if _is_table(value)}
    table = Table(show_header=False, box=None)
    for name, value in record.items():
        if name not in lists:
            table.add_row(name.replace("_", " "), _readable(value))
    Console().print(table)
    for name, rows in lists.items():
        print()
        print_rows(rows, name=name, as_json=False)


def print_rows(rows: Sequence[Mapping[str, Any]], *, name: str, as_json: bool) -> None:
    """Print records of one kind: as one JSON object, or as a table.

    Args:
        rows: The records; all have the same names, those of the first.
        name: What they are: the name of the list in the JSON object.
        as_json: Whether a program reads it.
    """
    if as_json:
        print(json.dumps({name: [_finite(row) for row in rows]}))
        return
    console = Console(width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL)
    if not rows:
        console.print(f"No {name} yet.")
        return
    table = Table(box=None)
    for column in rows[0]:
        table.add_column(column.replace("_", " "), no_wrap=column == "run_id")
    for row in rows:
        table.add_row(*(_readable(row.get(column)) for column in rows[0]))
    console.print(table)


@contextmanager
def training_bar(num_epochs: int) -> Iterator[Callable[[Progress], None]]:
    """Show a progress bar while the block runs.

    Yields:
        A function that takes each progress of the training.
    """
    with Bars(
        TextColumn("epoch {task.completed:.1f} of {task.total}"),
        BarColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
        console=Console(stderr=True),
    ) as bars:
        task = bars.add_task("starting", total=num_epochs)
        is_first = True

        def show(progress: Progress) -> None:
            nonlocal is_first
            if is_first:
                # What a run before had done was not done in this time.
                bars.reset(task, completed=int(progress.epochs_done), total=num_epochs)
                is_first = False
            scores = f"loss {progress.loss:.3f}, accuracy {percent(progress.accuracy)}"
            bars.update(task, completed=progress.epochs_done, description=scores)

        yield show


@contextmanager
def progress_bar() -> Iterator[Callable[[float, str], None]]:
    """Show how far other work is while the block runs.

    Yields:
        A function that takes the share that is done, and what is being done.
    """
    with Bars(
        TextColumn("{task.percentage:3.0f} %"),
        BarColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
        console=Console(stderr=True),
    ) as bars:
        task = bars.add_task("starting", total=1.0)

        def show(share: float, text: str) -> None:
            bars.update(task, completed=share, description=printable(text))

        yield show


def printable(text: str) -> str:
    """Write control characters as Python does: in a terminal they would do something.

    Names of files can have any, and other programs write into the same run store.
    """
    return "".join(
        each if each.isprintable() or each == "\n" else repr(each)[1:-1]
        for each in text
    )


def _is_table(value: object) -> bool:
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(row, Mapping) for row in value)


def _readable(value: Any) -> str:  # noqa: ANN401 - it prints whatever a record holds
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.4g}"
    return escape(printable(str(value)))


def _finite(value: Any) -> Any:  # noqa: ANN401 - JSON is recursive
    """Replace what JSON cannot say (NaN, infinity) by null."""
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
