"""The command that compares runs by their answers to the same test images."""

import argparse
from collections.abc import Sequence
from itertools import combinations
from typing import Final

import numpy as np

from core.cli import console
from core.cli.console import Record
from core.evaluation.pairs import Pairs, compare_all
from core.insight import verdicts
from core.predictions import PREDICTIONS
from core.proportion import Proportion
from core.records import Run
from core.runs import answers, open_store

MAX_RUNS_WITH_ALL_PAIRS: Final = 6
"""Of more runs only the pairs with the first one are printed."""


def compare_runs(options: argparse.Namespace) -> int:
    """Compare runs by their answers to the same test images."""
    store = open_store()
    runs = [store.with_model(run_id) for run_id in options.ids]
    answers.check_comparable(runs)
    found = [answers.read(store.artifact(run.id, PREDICTIONS), run) for run in runs]
    labels, num_classes = found[0].labels, found[0].num_classes
    predicted = answers.stacked(runs, found)
    pairs = compare_all(labels, predicted, num_classes=num_classes)
    shares = [
        Proportion(int(np.count_nonzero(each == labels)), len(labels))
        for each in predicted
    ]
    if options.json:
        console.print_record(
            {
                "runs": [_run_record(*each) for each in zip(runs, shares, strict=True)],
                "pairs": [_pair_record(runs, pairs, *each) for each in _shown(runs)],
                "num_pairs": pairs.num_pairs,
                "num_significant": pairs.num_significant,
                "num_significant_after_holm": pairs.num_remaining,
            },
            as_json=True,
        )
    else:
        _print(runs, shares, pairs)
    return 0


def _shown(runs: Sequence[Run]) -> list[tuple[int, int]]:
    """Return the pairs to print, by the numbers of their runs."""
    if len(runs) > MAX_RUNS_WITH_ALL_PAIRS:
        return [(0, other) for other in range(1, len(runs))]
    return list(combinations(range(len(runs)), 2))


def _run_record(run: Run, share: Proportion) -> Record:
    return {
        "id": run.id,
        "name": run.name,
        "accuracy": share.value,
        "interval": [share.low, share.high],
        "n": share.total,
    }


def _pair_record(runs: Sequence[Run], pairs: Pairs, first: int, second: int) -> Record:
    found = pairs.pair(first, second)
    difference = found.difference
    return {
        "first": runs[first].id,
        "second": runs[second].id,
        "difference": difference.value,
        "interval": [difference.low, difference.high],
        "fixed": found.only_second,
        "broken": found.only_first,
        "both_wrong": found.both_wrong,
        "p": found.p_value,
        "p_holm": float(pairs.adjusted[first, second]),
        "agreement": float(pairs.agreement[first, second]),
        "kappa": float(pairs.kappa[first, second]),
    }


def _print(runs: Sequence[Run], shares: Sequence[Proportion], pairs: Pairs) -> None:
    titles = answers.titles(runs)
    rows = [
        {
            "run_id": run.id,
            "name": title,
            "accuracy": share.value,
            "interval": f"{share.low:.4g} to {share.high:.4g}",
            "n": share.total,
        }
        for run, title, share in zip(runs, titles, shares, strict=True)
    ]
    console.print_rows(rows, name="runs", as_json=False)
    shown = _shown(runs)
    console.print_rows(
        [_pair_row(titles, pairs, *each) for each in shown], name="pairs", as_json=False
    )
    if pairs.num_pairs > 1:
        console.print_text(verdicts.many_tests(pairs))
    else:
        first, second = shown[0]
        console.print_text(
            verdicts.verdict(
                pairs.pair(first, second),
                titles[first],
                titles[second],
                adjusted=float(pairs.adjusted[first, second]),
                num_pairs=pairs.num_pairs,
            )
        )


def _pair_row(titles: Sequence[str], pairs: Pairs, first: int, second: int) -> Record:
    found = pairs.pair(first, second)
    difference = found.difference
    return {
        "first": titles[first],
        "second": titles[second],
        "difference": f"{difference.value:+.4f}",
        "interval": f"{difference.low:+.4f} to {difference.high:+.4f}",
        "fixed": found.only_second,
        "broken": found.only_first,
        "both_wrong": found.both_wrong,
        "agreement": float(pairs.agreement[first, second]),
        "p": found.p_value,
        "p_holm": float(pairs.adjusted[first, second]),
    }
