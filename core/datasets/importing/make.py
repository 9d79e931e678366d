"""Make a data set of what somebody gives: streamed, and whole or not at all."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from core import settings
from core.datasets import catalog, store
from core.datasets.importing import known
from core.datasets.importing.orientation import class_means, suspect
from core.datasets.importing.source import (
    ImportOptions,
    Problem,
    Source,
    in_words,
)
from core.datasets.spec import DatasetCard, DatasetSpec, LeftOut, Origin
from core.datasets.store import Draft
from core.types import ByteImages, Labels, SplitName

Report = Callable[[float, str], None]
"""Takes the share that is done, 0.0 to 1.0, and what is done; may raise to stop it."""

_TITLES: Final = {"train": "training", "test": "test"}
_RECOGNISED: Final = 0.1
_LEAST_CONFIDENCE: Final = 0.7


@dataclass(frozen=True, kw_only=True)
class About:
    """What somebody says of a data set that is made.

    Attributes:
        title: Name to show; as was recognised if empty.
        licence: Licence of the data, and whose it is; likewise.
        origin: Where it comes from.
    """

    title: str = ""
    licence: str = ""
    origin: Origin = "imported"


def no_report(_share: float, _text: str) -> None:
    """Ignore progress."""


@settings.changes
def import_dataset(
    paths: Sequence[Path],
    name: str,
    options: ImportOptions | None = None,
    report: Report = no_report,
    *,
    about: About | None = None,
) -> DatasetCard:
    """Make a data set in the home of files, folders or zips.

    Args:
        paths: Where its images are; see `recognise.recognise`.
        name: What to call it; no data set may have that name.
        options: What the user decided; None for nothing.
        report: Hears how it goes; may raise to stop it, and then nothing is left.
        about: What the user says of it; None for nothing.

    Returns:
        Its card, with remarks and what was left out.

    Raises:
        DatasetNameError: If the name is taken or impossible, before anything is read.
        DatasetFileError: If nothing is understood, or something is damaged, or had to
            be left out and the options say to refuse that.
        HomeError: If there is no room, or the home cannot be written.
    """
    # It knows Pandas, which takes a quarter of a second to import.
    from core.datasets.importing.recognise import recognise  # noqa: PLC0415

    name = store.check_free(name)
    report(0.0, "looking at the files")
    source = recognise(
        paths,
        options,
        lambda share: report(_RECOGNISED * share, "looking at the files"),
    )
    return make_dataset(source, name, report, about=about)


def make_dataset(
    source: Source,
    name: str,
    report: Report = no_report,
    *,
    about: About | None = None,
) -> DatasetCard:
    """Make a data set in the home of a source; see `import_dataset`."""
    about = about or About()
    with store.create(_spec(source, name, about)) as draft:
        sampled: list[tuple[ByteImages, Labels]] = []
        for part in source.parts:
            for images, labels in _chunks(source, part, report):
                draft.content.append(part, images, labels)
                if part == "train":
                    step = known.step_of(source.num_expected("train"))
                    sampled.append((images[::step].copy(), labels[::step]))
        _note(draft, source)
        draft.remarks += _suspicion(draft.spec, sampled)
    return catalog.card(draft.spec.name)


def _spec(source: Source, name: str, about: About) -> DatasetSpec:
    facts = source.facts
    return DatasetSpec(
        name=name,
        title=about.title or facts.title,
        classes=facts.classes,
        image_shape=facts.image_shape,
        ink_style=facts.ink_style,
        origin=about.origin,
        num_train=max(source.num_expected("train"), 1),
        num_test=max(source.num_expected("test"), 1),
        licence=about.licence or facts.licence,
        citation=facts.citation,
    )


def _chunks(
    source: Source, part: SplitName, report: Report
) -> Iterator[tuple[ByteImages, Labels]]:
    """Give the images of a part, and report how far that is of all."""
    counts = {each: source.num_expected(each) for each in source.parts}
    total = max(sum(counts.values()), 1)
    before = 0 if part == source.parts[0] else counts[source.parts[0]]
    text = f"reading {counts[part]:,} {_TITLES[part]} images"

    def tell(share: float) -> None:
        done = (before + share * counts[part]) / total
        report(_RECOGNISED + (1 - _RECOGNISED) * done, text)

    tell(0.0)
    return source.chunks(part, tell)


def _note(draft: Draft, source: Source) -> None:
    """Write down what was met."""
    problems = source.problems()
    draft.source = source.facts.origin
    draft.left_out = tuple(
        LeftOut(reason=each.reason, count=each.count, examples=each.examples)
        for each in problems
        if each.consequence == "left-out"
    )
    draft.remarks = (
        *source.facts.remarks,
        *(_sentence(each) for each in problems if each.consequence != "left-out"),
    )


def _sentence(problem: Problem) -> str:
    what = "Ignored" if problem.consequence == "ignored" else "Noted"
    return f"{what}: {in_words(problem)}."


def _suspicion(
    spec: DatasetSpec, sampled: Sequence[tuple[ByteImages, Labels]]
) -> tuple[str, ...]:
    """Say if the images look transposed beside those of sets that are known."""
    if spec.origin == "download":
        return ()
    means = class_means(sampled, len(spec.classes))
    by_name = {
        name: np.asarray(mean) for name, mean in zip(spec.classes, means, strict=True)
    }
    found = suspect(by_name, known.means(spec.classes))
    if found is None or not found.looks_transposed:
        return ()
    if found.confidence < _LEAST_CONFIDENCE:
        return ()
    remark = (
        f"{found} If they do, delete the data set and import it again, turned the "
        "other way (in a terminal with --transposed or --no-transposed)."
    )
    return (remark,)
