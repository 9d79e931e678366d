"""Read the learning curves of several runs at once, with when each epoch ended.

Through MLflow each curve of each run is a question of its own: a hundred for twenty
runs. The tables of a SQLite store are asked once; see `sql_listing`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from mlflow.entities import Metric
from mlflow.tracking import MlflowClient

from core import addresses
from core.records import History
from core.runs import sql_listing

SCORES: Final = ("loss", "accuracy", "val_loss", "val_accuracy", "dead_units")
"""The fields of a history, which are the names of the metrics too."""

Points = Mapping[str, Sequence[Metric]]


@dataclass(frozen=True)
class Curves:
    """The scores of a run by epoch, and when they were written down.

    Attributes:
        history: The scores.
        moments: When each finished epoch was written down, in seconds since 1970.
            Those of a run that resumes another one begin with its own start.
    """

    history: History = field(default_factory=History)
    moments: tuple[float, ...] = ()


def read(
    client: MlflowClient, uri: str, run_ids: Sequence[str]
) -> Mapping[str, Curves]:
    """Return the curves of some runs.

    Args:
        client: A client of the store.
        uri: Address of the store, as MLflow takes it.
        run_ids: Ids of runs that exist.

    Raises:
        MlflowException: If the store does not answer.
        sqlite3.Error: If its file cannot be read.
    """
    path = addresses.database_of(uri)
    if path is not None:
        points = _from_tables(path, run_ids)
        return {run_id: curves_of(points[run_id]) for run_id in run_ids}
    return {
        run_id: curves_of(
            {key: client.get_metric_history(run_id, key) for key in SCORES}
        )
        for run_id in run_ids
    }


def curves_of(points: Points) -> Curves:
    """Make curves of the points of each score, in any order."""
    # MLflow sorts by time, and a computer's clock may be set back.
    found = {
        key: sorted(points.get(key, ()), key=lambda point: point.step) for key in SCORES
    }
    # What is written while we read is in the later lists only.
    num_epochs = len(found["loss"])
    values = {
        key: tuple(point.value for point in each[:num_epochs])
        for key, each in found.items()
    }
    moments = tuple(point.timestamp / 1000 for point in found["loss"])
    return Curves(History(**values), moments)


def _from_tables(path: Path, run_ids: Sequence[str]) -> Mapping[str, Points]:
    query = f"""
        SELECT run_uuid, key, value, timestamp, step, is_nan FROM metrics
        WHERE run_uuid IN ({_marks(run_ids)})
        AND key IN ({_marks(SCORES)})"""  # noqa: S608 - only question marks
    with sql_listing.reading(path) as database:
        rows = database.execute(query, (*run_ids, *SCORES)).fetchall()
    found: dict[str, dict[str, list[Metric]]] = defaultdict(lambda: defaultdict(list))
    for run_id, key, value, timestamp, step, is_nan in rows:
        point = Metric(key, float("nan") if is_nan else value, timestamp, step)
        found[run_id][key].append(point)
    return found


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
