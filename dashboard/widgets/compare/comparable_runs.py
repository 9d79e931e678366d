"""Those of the chosen runs whose answers can be compared, and why others cannot."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.datasets.spec import DatasetSpec
from core.datasets.store import Dataset
from core.errors import ArtifactError
from core.records import Run
from core.runs.answers import MIN_RUNS, by_test_images
from core.runs.answers import titles as titles_of
from dashboard import results, services, words


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Runs that were tested on the same images.

    Attributes:
        runs: At least two, each with a model and predictions.
        titles: What they are called, as plain text; numbered as all that are chosen.
    """

    runs: tuple[Run, ...]
    titles: tuple[str, ...]

    @property
    def numbers(self) -> tuple[str, ...]:
        """What their titles begin with: "(1)"."""
        return tuple(title.partition(" ")[0] for title in self.titles)

    @property
    def spec(self) -> DatasetSpec:
        """What they learned from."""
        return services.spec_of(self.runs[0])

    @property
    def dataset(self) -> Dataset | None:
        """Its images; None if they are not here any more."""
        return services.images_of(self.runs[0])


def pick(chosen: Sequence[Run]) -> Compared | None:
    """Return the runs to compare; say what is left out, and why.

    Of runs of several data sets the largest group is compared, the first among equals.

    Args:
        chosen: Two runs or more.
    """
    titles = dict(zip((run.id for run in chosen), titles_of(chosen), strict=True))
    tested = [run for run in chosen if run.has_model]
    _say_what_has_no_model([titles[run.id] for run in chosen if not run.has_model])
    readable = tuple(run for run in tested if _is_readable(run))
    groups = by_test_images(readable)
    largest: tuple[Run, ...] = max(groups, key=len, default=())
    if len(groups) > 1:
        _say_what_differs(groups, largest, titles)
    if len(largest) < MIN_RUNS:
        return None
    return Compared(runs=largest, titles=tuple(titles[run.id] for run in largest))


def data_sets(runs: Sequence[Run]) -> list[str]:
    """Name the data set of each run; two of one title are told apart."""
    groups = by_test_images(runs)
    plain = [services.spec_of(group[0]).title for group in groups]
    names = {
        run.id: title if plain.count(title) == 1 else _title(run)
        for group, title in zip(groups, plain, strict=True)
        for run in group
    }
    return [names[run.id] for run in runs]


def _is_readable(run: Run) -> bool:
    try:
        results.answers(run)
    except ArtifactError as error:
        st.error(words.message(str(error)), icon=":material/error:")
        return False
    return True


def _say_what_has_no_model(titles: Sequence[str]) -> None:
    if titles:
        names = words.literal(", ".join(titles))
        st.caption(f"Without a model yet, so without answers to compare: {names}.")


def _say_what_differs(
    groups: Sequence[Sequence[Run]], largest: Sequence[Run], titles: dict[str, str]
) -> None:
    """Say which runs had other test images."""
    lines = [
        f"- {words.literal(_title(group[0]))}: "
        f"{words.literal(', '.join(titles[run.id] for run in group))}"
        for group in groups
    ]
    end = (
        f"Below, the runs of {words.literal(_title(largest[0]))} are compared."
        if len(largest) > 1
        else "Choose two runs of one data set to compare their answers."
    )
    st.info(
        "These runs were tested on different images, so neither their accuracies nor "
        "their answers can be compared across these lines:\n\n"
        + "\n".join(lines)
        + f"\n\n{end}",
        icon=":material/info:",
    )


def _title(run: Run) -> str:
    spec = services.spec_of(run)
    version = f", version {run.fingerprint[:8]}" if run.fingerprint else ""
    return f"{spec.title} ({run.config.dataset}{version})"
