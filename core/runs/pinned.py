"""A drawing that is pinned to a training: a tag of its run, so any worker sees it.

After each epoch the worker asks its network about it. The probabilities are metrics by
epoch, a metric for each class (`pinned/0`), like any other curve of MLflow.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from mlflow.entities import Metric
from mlflow.tracking import MlflowClient

from core import addresses
from core.errors import ConfigError, PictureError
from core.imaging import packed
from core.records import Pinned
from core.runs import sql_listing
from core.runs.mlflow_mapping import PINNED, PINNED_TAG
from core.types import ByteImages

MAX_TAG: Final = 7_900
"""Characters: MLflow cuts a tag off at 8,000."""

_LONGEST: Final = 10
"""No training has so many epochs."""

_QUESTION: Final = """
    SELECT key, step, value FROM metrics
    WHERE run_uuid = ? AND key LIKE ? AND step > ? AND NOT is_nan"""


def tag_of(image: ByteImages, *, after: int) -> str:
    """Write a drawing as the tag that pins it.

    Args:
        image: As the network takes it, uint8 of shape (height, width).
        after: How many epochs were finished when it was pinned; what was said
            before is about another one.

    Raises:
        ConfigError: If it is too large.
    """
    text = f"{after}|{packed.pack(image)}"
    if len(text) > MAX_TAG:
        message = (
            f"Expected a drawing that takes at most {MAX_TAG:,} characters to be "
            f"pinned, got one of {len(text):,} ({image.shape[0]} x {image.shape[1]} "
            "pixels). Drawings of data sets with smaller images can be pinned."
        )
        raise ConfigError(message)
    return text


def image_of(tag: str) -> ByteImages | None:
    """Return the drawing of such a tag; None if it is damaged, or there is none."""
    try:
        image = packed.unpack(tag.partition("|")[2])
    except PictureError:
        return None
    return image if image.ndim == 2 and image.size else None  # noqa: PLR2004 - an image


def read(client: MlflowClient, uri: str, run_id: str) -> Pinned | None:
    """Return what is pinned to a run; see `RunStore.pinned`.

    Raises:
        MlflowException: If the store does not answer.
        sqlite3.Error: If its file cannot be read.
    """
    data = client.get_run(run_id).data
    tag = data.tags.get(PINNED_TAG, "")
    image = image_of(tag)
    if image is None:
        return None
    start = tag.partition("|")[0]
    after = int(start) if start.isdecimal() and len(start) < _LONGEST else 0
    path = addresses.database_of(uri)
    if path is not None:
        points = _from_tables(path, run_id, after)
    else:
        keys = [key for key in data.metrics if key.startswith(PINNED)]
        points = {
            key: {
                each.step: each.value
                for each in client.get_metric_history(run_id, key)
                if each.step > after
            }
            for key in keys
        }
    return _pinned(image, points)


def copied(client: MlflowClient, parent: str, *, last: int) -> Sequence[Metric]:
    """Return what the network of a run said, for a run that goes on with it.

    Args:
        client: A client of the store.
        parent: The run that it goes on with.
        last: The last epoch to copy.
    """
    keys = client.get_run(parent).data.metrics
    return [
        each
        for key in keys
        if key.startswith(PINNED)
        for each in client.get_metric_history(parent, key)
        if each.step <= last
    ]


def _from_tables(
    path: Path, run_id: str, after: int
) -> Mapping[str, Mapping[int, float]]:
    found: dict[str, dict[int, float]] = defaultdict(dict)
    with sql_listing.reading(path) as database:
        for key, step, value in database.execute(
            _QUESTION, (run_id, f"{PINNED}%", after)
        ):
            found[key][step] = value
    return found


def _pinned(image: ByteImages, points: Mapping[str, Mapping[int, float]]) -> Pinned:
    """Put the points of all classes together; an epoch half written is left out."""
    num_classes = len(points)
    curves = [points.get(f"{PINNED}{index}", {}) for index in range(num_classes)]
    common = set.intersection(*(set(each) for each in curves)) if curves else set()
    epochs = tuple(sorted(common))
    values = [[curve[epoch] for curve in curves] for epoch in epochs]
    return Pinned(
        image=image,
        epochs=epochs,
        probabilities=np.array(values, np.float32).reshape(len(epochs), num_classes),
    )
