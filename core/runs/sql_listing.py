"""Read all runs of a store at once.

MLflow makes an object of every parameter, tag and score of every run, which takes
seconds for some hundred runs. So the tables of a SQLite store are read directly:
MLflow opens a file of its own version only, and so its tables are known.
"""

import contextlib
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from mlflow.entities import LifecycleStage, Metric, RunData, RunInfo, RunTag, ViewType
from mlflow.entities import Run as MlflowRun
from mlflow.tracking import MlflowClient

from core import addresses
from core.runs.mlflow_mapping import PINNED

PAGE_SIZE: Final = 1000
"""How many runs are asked for at once where the tables cannot be read."""

LOCK_SECONDS: Final = 20.0

_UNDER_WAY: Final = "status IN ('SCHEDULED', 'RUNNING')"
_NOT_OVER: Final = " AND ".join(
    f"attributes.status != '{each}'" for each in ("FINISHED", "FAILED", "KILLED")
)
"""The same for MLflow's search, which knows no list of values there."""

_OURS: Final = (
    f"experiment_id = ? AND lifecycle_stage = 'active' AND (? OR {_UNDER_WAY})"
)
_RUNS: Final = f"""
    SELECT run_uuid, name, status, start_time FROM runs WHERE {_OURS}
    ORDER BY start_time DESC, run_uuid"""  # noqa: S608 - its own words
_TAGS: Final = f"""
    SELECT run_uuid, key, value FROM tags JOIN runs USING (run_uuid)
    WHERE {_OURS}"""  # noqa: S608 - its own words
_METRICS: Final = f"""
    SELECT run_uuid, key, value, timestamp, step, is_nan
    FROM latest_metrics JOIN runs USING (run_uuid)
    WHERE {_OURS} AND key NOT LIKE '{PINNED}%'"""  # noqa: S608 - its own words


def active_runs(
    client: MlflowClient, uri: str, experiment: str, *, are_under_way: bool = False
) -> Sequence[MlflowRun]:
    """Return all runs of an experiment that are not deleted, newest first.

    Args:
        client: A client of the store.
        uri: Address of the store, as MLflow takes it.
        experiment: Id of the experiment.
        are_under_way: Whether only those are asked for that are not over.

    Returns:
        The runs with tags and latest scores; a SQLite store gives no parameters.

    Raises:
        MlflowException: If the store does not answer.
        sqlite3.Error: If its file cannot be read.
    """
    path = addresses.database_of(uri)
    if path is None:
        return page_by_page(client, experiment, _NOT_OVER if are_under_way else "")
    return _from_tables(path, experiment, are_under_way=are_under_way)


def page_by_page(
    client: MlflowClient, experiment: str, condition: str = ""
) -> Sequence[MlflowRun]:
    """Return the same through MLflow, which gives them in pages."""
    # A run that is started meanwhile moves one from a page to the next.
    found = {run.info.run_id: run for run in _pages(client, experiment, condition)}
    return tuple(found.values())


@contextlib.contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file of a store to read from it, as it is at one moment."""
    # SQLite would make an empty file in the place of one that is gone.
    uri = addresses.of_existing_database(path)
    opened = sqlite3.connect(uri, uri=True, timeout=LOCK_SECONDS)
    with contextlib.closing(opened) as database:
        # One transaction, or a run could be newer than its tags.
        database.execute("BEGIN")
        yield database


def _pages(
    client: MlflowClient, experiment: str, condition: str
) -> Iterator[MlflowRun]:
    token = None
    while True:
        page = client.search_runs(
            [experiment],
            filter_string=condition,
            run_view_type=ViewType.ACTIVE_ONLY,
            max_results=PAGE_SIZE,
            order_by=["attributes.start_time DESC"],
            page_token=token,
        )
        yield from page
        token = page.token
        if not token:
            return


def _from_tables(
    path: Path, experiment: str, *, are_under_way: bool
) -> Sequence[MlflowRun]:
    ours = (int(experiment), not are_under_way)
    with reading(path) as database:
        rows = database.execute(_RUNS, ours).fetchall()
        tags = _tags(database.execute(_TAGS, ours))
        metrics = _metrics(database.execute(_METRICS, ours))
    return [
        MlflowRun(
            RunInfo(
                run_id=run_id,
                run_name=name,
                status=status,
                start_time=start_time,
                experiment_id=experiment,
                user_id="",
                end_time=None,
                lifecycle_stage=LifecycleStage.ACTIVE,
            ),
            RunData(metrics=metrics[run_id], tags=tags[run_id]),
        )
        for run_id, name, status, start_time in rows
    ]


def _tags(rows: Iterable[tuple[str, str, str]]) -> defaultdict[str, list[RunTag]]:
    tags = defaultdict(list)
    for run_id, key, value in rows:
        tags[run_id].append(RunTag(key, value))
    return tags


def _metrics(
    rows: Iterable[tuple[str, str, float, int, int, bool]],
) -> defaultdict[str, list[Metric]]:
    metrics = defaultdict(list)
    for run_id, key, value, timestamp, step, is_nan in rows:
        # SQL knows no NaN: MLflow writes 0 and says so beside it.
        number = float("nan") if is_nan else value
        metrics[run_id].append(Metric(key, number, timestamp, step))
    return metrics
