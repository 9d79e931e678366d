"""Labels that are likely wrong: ranked, looked at one after the other, and decided."""

from typing import Final

import streamlit as st

from core.datasets import label_review, rejected_labels
from core.datasets.arrays import Dataset
from core.evaluation.suspicious_labels import LISTED_SHARE, MIN_LISTED, Suspects
from core.insight.expected_time import Expectation
from core.jobs.kinds import label_check
from core.jobs.kinds.label_check import CheckLabels
from core.proportion import percent
from core.records import Run
from core.types import Probabilities, SplitName
from dashboard import results, services, state, words
from dashboard.charts.words import count_of
from dashboard.widgets.common import analysis, page_frame, tested_on
from dashboard.widgets.mistakes import label_card, label_list, label_versions
from dashboard.widgets.mistakes.label_list import PARTS, DoubtfulLabels

_NUM_FIRST: Final = 50


def show(run: Run) -> None:
    """Show the labels of the data set of a run that are likely wrong."""
    part = _pick_part()
    dataset = services.images_of(run)
    if dataset is None:
        tested_on.no_images(run)
        return
    if part == "test":
        evaluation = results.evaluation(run)
        found = results.test_suspects(run, evaluation)
        said = evaluation.predictions.probabilities
    else:
        checked = _of_training_images(run, dataset)
        if checked is None:
            return
        found, said = checked

    @page_frame.fragment
    def review() -> None:
        """Decide without drawing the page around it again."""
        _review(run, dataset, part, found, said)

    review()


def _pick_part() -> SplitName:
    chosen = st.segmented_control(
        "Labels of",
        [each.capitalize() for each in PARTS.values()],
        default=PARTS["test"].capitalize(),
        required=True,
        key=state.LABELS_OF,
        **state.LINKED,
        on_change=state.start_over_labels,
    )
    return "train" if chosen == PARTS["train"].capitalize() else "test"


def _of_training_images(
    run: Run, dataset: Dataset
) -> tuple[Suspects, Probabilities] | None:
    """Return what a check of the training labels has found; None if there is none."""
    known = label_check.find(services.store(), run.id)
    made = known[1] if known else None
    if made is None:
        task = CheckLabels(subject=run.id)
        if run.members:
            st.info(
                "An ensemble is the mean of several runs, and has no recipe that could "
                "be trained without some of the images. Choose one of its members.",
                icon=":material/info:",
            )
            return None
        made = analysis.result_of(task, run, offer=_offer(task, run))
    if made is None:
        return None
    said = label_check.read(services.store(), run.id, made, split=dataset.train)
    return results.training_suspects(run, made, dataset), said


def _offer(task: CheckLabels, run: Run) -> str:
    return (
        "The run has learned its training images with their labels, so it cannot tell "
        f"which are wrong. {task.folds} trainings by its recipe can, each without "
        "another part of the images: it judges the part that it has not seen. "
        f"{_time(services.expected_check(task, run))}"
    )


def _time(expected: Expectation) -> str:
    about, low, high = (
        words.duration(each) for each in (expected.seconds, expected.low, expected.high)
    )
    if not expected.num_runs:
        return f"Together they take about {about}; that is a guess ({low} to {high})."
    return (
        f"Together they take about {about} ({low} to {high}, judging by "
        f"{words.count(expected.num_runs, 'run')} on this computer)."
    )


def _review(
    run: Run,
    dataset: Dataset,
    part: SplitName,
    found: Suspects,
    said: Probabilities,
) -> None:
    is_test = part == "test"
    labels = DoubtfulLabels(
        dataset=dataset,
        part=part,
        found=found,
        probabilities=said,
        review=label_review.load(dataset),
        known=(rejected_labels.of_test_images(dataset.fingerprint) if is_test else {}),
    )
    st.markdown(
        f"Confidently wrong: **{count_of(found.num_confident, len(found))}** "
        f"{PARTS[part]} labels. Listed: **{len(found.listed):,}**, these and the most "
        f"doubtful {percent(LISTED_SHARE, decimals=1)} (at least {MIN_LISTED})."
    )
    list_column, card_column = st.columns([3, 2], gap="medium")
    with list_column:
        places = label_list.pick(labels)
        shown = label_list.show(labels, places)
        _explain(labels)
    with card_column:
        label_card.show(run, labels, places, shown)
    label_versions.show(labels)


def _explain(labels: DoubtfulLabels) -> None:
    known = ""
    if labels.known:
        first = labels.found.indices[:_NUM_FIRST].tolist()
        num = sum(index in labels.known for index in first)
        known = (
            f" Of the {len(labels.known)} test labels that most of five people "
            f"rejected ({rejected_labels.SOURCE}), {num} are among the first "
            f"{_NUM_FIRST}."
        )
    st.caption(
        "Ranked by confident learning: the less probable its label is to a network "
        "that has not learned the image, the more doubtful. A label is confidently "
        "wrong if another class is at least as probable as it usually is for images "
        f"of that class (Northcutt, Jiang and Chuang 2021).{known}"
    )
