"""The numbers on top of Evaluate: the accuracy, and what belongs beside it."""

import streamlit as st

from core.datasets import rejected_labels
from core.evaluation import macro
from core.evaluation.scores import accuracy_without
from core.proportion import Proportion, percent
from core.records import Run
from core.runs import run_dataset
from dashboard import results, words
from dashboard.widgets.common.tested_on import Tested


def show(run: Run, tested: Tested) -> None:
    """Show the accuracy with its interval, and a few other scores."""
    evaluation = tested.evaluation
    st.markdown(
        f"**{words.accuracy(evaluation.accuracy)}**, {len(evaluation.mistakes):,} "
        f"mistakes, log loss {evaluation.log_loss:.3f}",
        help="In brackets: the 95 % Wilson confidence interval. It shows how far the "
        "accuracy on other images of this kind may differ. Log loss is the mean "
        "cross-entropy in nats. All scores with their intervals are under Scores.",
    )
    st.caption(" \u00b7 ".join(_beside(run, tested)))


def without_rejected(run: Run, tested: Tested) -> Proportion | None:
    """Return the accuracy without the images whose labels people rejected.

    Returns:
        None if nobody asked people about these test images.
    """
    evaluation, dataset = tested.evaluation, tested.dataset
    rejected = rejected_labels.of_test_images(
        run_dataset.fingerprint_of(run) if dataset is None else dataset.fingerprint
    )
    return accuracy_without(
        evaluation.predictions.labels, evaluation.predicted, rejected
    )


def _beside(run: Run, tested: Tested) -> list[str]:
    means = macro.macro_scores(tested.evaluation.matrix)
    parts = [
        f"Balanced accuracy {percent(float(means.recall))}",
        f"Macro F1 {percent(float(means.f1))}",
    ]
    share = without_rejected(run, tested)
    if share is not None:
        num = tested.evaluation.accuracy.total - share.total
        parts.append(
            f"Without {num} labels that people rejected {percent(share.value)} of "
            f"{share.total:,} ({words.interval(share)})"
        )
    spread = results.spread_over_seeds(run) if tested.is_own else None
    if spread is not None:
        parts.append(
            f"Mean of {spread.n} seeds {percent(spread.mean)} (standard deviation "
            f"{spread.deviation * 100:.2f})"
        )
    return parts
