"""Remove runs from the tables of a SQLite store for good."""

import contextlib
import sqlite3
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from core import addresses
from core.runs.sql_listing import LOCK_SECONDS

_ABOUT_RUNS: Final = ("tags", "metrics", "latest_metrics", "params")


def remove(
    path: Path, run_ids: Collection[str], *, experiment: str, until: int, idle: int
) -> frozenset[str]:
    """Remove those of some runs that are deleted, and the jobs about them, at once.

    Whether they are is asked with the lock that writing takes: one that somebody
    restored meanwhile stays, and one that somebody else removed is not counted.

    Args:
        path: The SQLite file.
        run_ids: Some dozens at most.
        experiment: Id of the experiment that they belong to.
        until: They must have been deleted by then, in milliseconds since 1970.
        idle: Likewise, for those whose worker may not have noticed yet.

    Returns:
        The ids of what was removed.

    Raises:
        sqlite3.Error: If the file cannot be written.
    """
    with _opened(path) as tables:
        tables.execute("BEGIN IMMEDIATE")
        found = tables.execute(
            "SELECT run_uuid FROM runs WHERE experiment_id = ? "  # noqa: S608 - its own words
            "AND lifecycle_stage = 'deleted' AND deleted_time <= ? "
            "AND (status NOT IN ('RUNNING', 'SCHEDULED') OR deleted_time <= ?) "
            f"AND run_uuid IN ({_marks(run_ids)})",
            (int(experiment), until, idle, *run_ids),
        )
        removed = {run_id for (run_id,) in found}
        removed |= _jobs_about(tables, removed)
        for table in (*_ABOUT_RUNS, "runs"):
            tables.execute(
                f"DELETE FROM {table} WHERE run_uuid IN ({_marks(removed)})",  # noqa: S608 - its own words
                tuple(removed),
            )
        tables.execute("COMMIT")
    return frozenset(removed)


def remaining(path: Path, run_ids: Collection[str]) -> frozenset[str]:
    """Return those of some runs that the tables have, deleted or not."""
    with _opened(path) as tables:
        found = tables.execute(
            f"SELECT run_uuid FROM runs WHERE run_uuid IN ({_marks(run_ids)})",  # noqa: S608 - its own words
            tuple(run_ids),
        )
        return frozenset(run_id for (run_id,) in found)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(
        addresses.of_existing_database(path),
        uri=True,
        timeout=LOCK_SECONDS,
        isolation_level=None,
    )
    # What is not committed when it is closed is taken back.
    with contextlib.closing(opened) as tables:
        # A table that MLflow adds and that refers to runs makes this fail, not lie.
        tables.execute("PRAGMA foreign_keys = ON")
        yield tables


def _jobs_about(tables: sqlite3.Connection, run_ids: Collection[str]) -> frozenset[str]:
    """Return the jobs about some runs, which nobody can see without them."""
    found = tables.execute(
        "SELECT run_uuid FROM tags JOIN runs USING (run_uuid) "  # noqa: S608 - its own words
        "WHERE tags.key = 'inklab.subject' "
        "AND status NOT IN ('RUNNING', 'SCHEDULED') "
        f"AND tags.value IN ({_marks(run_ids)})",
        tuple(run_ids),
    )
    return frozenset(run_id for (run_id,) in found)


def _marks(run_ids: Collection[str]) -> str:
    return ", ".join("?" * len(run_ids))
