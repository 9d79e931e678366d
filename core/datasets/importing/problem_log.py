"""Count what goes wrong while a source is read."""

from typing import Final

from core.datasets.importing.source import Consequence, Problem

_NUM_EXAMPLES: Final = 5


class ProblemLog:
    """Counts what goes wrong, by reason, and remembers the first few of each."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, Consequence], int] = {}
        self._examples: dict[tuple[str, Consequence], list[str]] = {}

    def add(
        self, reason: str, name: str, *, consequence: Consequence = "left-out"
    ) -> None:
        """Count one thing."""
        key = (reason, consequence)
        self._counts[key] = self._counts.get(key, 0) + 1
        examples = self._examples.setdefault(key, [])
        if len(examples) < _NUM_EXAMPLES:
            examples.append(name)

    def problems(self) -> tuple[Problem, ...]:
        """Return what was counted, in the order in which it first occurred."""
        return tuple(
            Problem(
                reason=reason,
                consequence=consequence,
                count=count,
                examples=tuple(self._examples[reason, consequence]),
            )
            for (reason, consequence), count in self._counts.items()
        )
