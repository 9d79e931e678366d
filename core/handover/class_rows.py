"""The part of a model card about the classes."""

from typing import Final

from core.datasets.spec import DatasetSpec
from core.evaluation.confusions import most_confused
from core.handover.markdown import literal
from core.proportion import Proportion, percent
from core.types import Counts

MAX_IN_ORDER: Final = 12
"""More classes than this are sorted, the worst first."""

MAX_PAIRS: Final = 10


def describe_classes(spec: DatasetSpec, matrix: Counts) -> str:
    """Write the recall of each class, and of many classes the most confused pairs.

    Args:
        spec: Whose classes they are.
        matrix: int64 of shape (true, predicted).

    Returns:
        Markdown, without a heading.
    """
    shares = [
        (literal(name), Proportion(int(hits), int(total)))
        for name, hits, total in zip(
            spec.classes, matrix.diagonal(), matrix.sum(axis=1), strict=True
        )
        if total
    ]
    is_sorted = len(spec.classes) > MAX_IN_ORDER
    if is_sorted:
        shares.sort(key=lambda row: row[1].value)
    order = ", the lowest first" if is_sorted else ""
    rows = "\n".join(
        f"| {name} | {percent(share.value)} ({percent(share.low)} to "
        f"{percent(share.high)}) | {share.total:,} |"
        for name, share in shares
    )
    return f"""Accuracy on the test images of each class (recall), with its 95 % \
Wilson interval and the number of images, n{order}:

| class | accuracy | n |
|---|---|---|
{rows}""" + (_pairs(spec, matrix) if is_sorted else "")


def _pairs(spec: DatasetSpec, matrix: Counts) -> str:
    pairs = most_confused(matrix, limit=MAX_PAIRS)
    if not pairs:
        return ""
    names = list(map(literal, spec.classes))
    rows = "\n".join(
        f"| {names[pair.true]} | {names[pair.predicted]} | {pair.count:,} of "
        f"{pair.total:,} ({percent(pair.count / pair.total)}) |"
        for pair in pairs
    )
    return f"""

Most confused pairs:

| class | predicted as | images |
|---|---|---|
{rows}"""
