"""Where a training stood, with all that it needs to go on as if it never ended."""

import contextlib
import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.errors import SchemaError
from core.files import reading_arrays
from core.records import History
from core.runs.training_state import BatchMetrics, EngineState

Arrays = tuple[NDArray[Any], ...]

SCHEMA: Final = 2

_SAID: Final = "val_predicted"


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A training between two of its chunks.

    Attributes:
        fingerprint: Of the data set that is learned from.
        num_steps: Steps of the optimizer made so far.
        epochs_done: Passes made so far, with fractions, of those that were planned.
        seconds: Time of the training loop so far, with those it went on with.
        history: Scores of the epochs finished so far.
        chunk_metrics: What the chunks of the epoch under way added up to.
        state: Weights, optimizer and running averages.
        best: Weights of the best epoch so far; empty if none were held out or
            no epoch has finished.
        val_predicted: Predicted classes of the held-out images after each of the last
            epochs, uint8 of shape (n,); states of earlier versions have none.
    """

    fingerprint: str
    num_steps: int
    epochs_done: float
    seconds: float
    history: History
    chunk_metrics: tuple[BatchMetrics, ...]
    state: EngineState
    best: Arrays
    val_predicted: Arrays = ()

    def save(self, path: Path) -> None:
        """Write as an `.npz` file of plain arrays, without anything pickled."""
        facts = {
            "schema": SCHEMA,
            "fingerprint": self.fingerprint,
            "num_steps": self.num_steps,
            "epochs_done": self.epochs_done,
            "seconds": self.seconds,
            "history": dataclasses.asdict(self.history),
            "tallies": [dataclasses.asdict(each) for each in self.chunk_metrics],
        }
        groups = {**vars(self.state), "best": self.best, _SAID: self.val_predicted}
        arrays = {
            f"{name}/{number}": array
            for name, group in groups.items()
            for number, array in enumerate(group)
        }
        # An open file, because NumPy would give the name another ending.
        with path.open("wb") as file:
            np.savez(file, facts=np.array(json.dumps(facts)), **arrays)

    @classmethod
    def load(cls, path: Path) -> "Checkpoint":
        """Read what `save` wrote.

        Raises:
            ArtifactError: If the file is missing or damaged.
            SchemaError: If another version of Inklab wrote it.
        """
        with _reading(path) as (arrays, facts):
            groups = [field.name for field in dataclasses.fields(EngineState)]
            return cls(
                fingerprint=facts["fingerprint"],
                num_steps=int(facts["num_steps"]),
                epochs_done=float(facts["epochs_done"]),
                seconds=float(facts["seconds"]),
                history=History(
                    **{key: tuple(each) for key, each in facts["history"].items()}
                ),
                chunk_metrics=tuple(BatchMetrics(**each) for each in facts["tallies"]),
                state=EngineState(**{name: _group(arrays, name) for name in groups}),
                best=_group(arrays, "best"),
                val_predicted=_group(arrays, _SAID),
            )


def finished_epochs_in(path: Path) -> int:
    """Read how many epochs a training had finished, without its weights.

    Args:
        path: A file that `Checkpoint.save` wrote.

    Raises:
        ArtifactError: If the file is missing or damaged.
        SchemaError: If another version of Inklab wrote it.
    """
    with _reading(path) as (_, facts):
        return len(facts["history"]["loss"])


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[tuple[Mapping[str, NDArray[Any]], dict[str, Any]]]:
    damage = (
        f"Expected the state of a training in {path}, but the file is missing "
        "or damaged, so this run cannot be resumed. Train it again."
    )
    with reading_arrays(path, damage=damage) as arrays:
        facts: dict[str, Any] = json.loads(str(arrays["facts"]))
        _check_schema(facts["schema"])
        yield arrays, facts


def _check_schema(schema: object) -> None:
    if schema == SCHEMA:
        return
    message = (
        f"Expected the state of a training in schema {SCHEMA}, got {schema!r}. It "
        "comes from another version of Inklab: use that one to continue the run."
    )
    raise SchemaError(message)


def _group(arrays: Mapping[str, NDArray[Any]], name: str) -> Arrays:
    num_arrays = sum(key.startswith(f"{name}/") for key in arrays)
    return tuple(arrays[f"{name}/{number}"] for number in range(num_arrays))
