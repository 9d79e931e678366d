"""Whether a run is right as often as it says."""

import streamlit as st

from core.evaluation import (
    calibration,
    rejection,
)
from core.evaluation.calibration import Binning, Confidences, Summary
from core.evaluation.novelty import Reference
from core.evaluation.rejection import Coverage
from core.jobs.kinds import novelty
from core.jobs.kinds.novelty import FitNovelty
from core.records import Attachment, Run
from core.runs import temperatures
from core.runs.temperatures import RunTemperature
from dashboard import services
from dashboard.results.evaluations import Evaluation


def temperature(run: Run) -> RunTemperature:
    """Return the temperature of a run with a model, or why it has none."""
    return _temperature(run.id, run)


def confidences(evaluation: Evaluation, temperature: float) -> Confidences:
    """Return how confident a run is about each test image, at a temperature."""
    return _confidences(evaluation.key, temperature, evaluation)


def calibration_of(
    evaluation: Evaluation, temperature: float, binning: Binning
) -> Summary:
    """Return how well the probabilities of an evaluation fit, at a temperature."""
    return _calibration_of(evaluation.key, temperature, binning, evaluation)


def coverage(evaluation: Evaluation, temperature: float) -> Coverage:
    """Return the accuracy of an evaluation by coverage, at a temperature."""
    return _coverage(evaluation.key, temperature, evaluation)


def reference(run: Run) -> Reference | None:
    """Return what images of a run are compared with, to tell those that are like none.

    Returns:
        None if its novelty thresholds were not computed.

    Raises:
        ArtifactError: If they are damaged.
    """
    made = services.analysis(run, FitNovelty(subject=run.id))
    if not isinstance(made, Attachment):
        return None
    return _reference(made.key, run.id, made)


# Of a run with many units, one takes 16 MB.
@st.cache_resource(max_entries=12, show_spinner=False)
def _reference(
    key: str,  # noqa: ARG001 - the key of the cache
    run_id: str,
    _made: Attachment,
) -> Reference:
    return novelty.read(services.store(), run_id, _made)


@st.cache_resource(max_entries=200, show_spinner=False)
def _temperature(
    run_id: str,  # noqa: ARG001 - the key of the cache
    _run: Run,
) -> RunTemperature:
    return temperatures.of_run(services.store(), _run)


@st.cache_resource(max_entries=20, show_spinner=False)
def _confidences(
    key: str,  # noqa: ARG001 - the key of the cache
    temperature: float,
    _evaluation: Evaluation,
) -> Confidences:
    said = _evaluation.predictions
    return calibration.confidences(
        said.labels, said.probabilities, temperature=temperature
    )


@st.cache_resource(max_entries=50, show_spinner=False)
def _calibration_of(
    key: str,  # noqa: ARG001 - the key of the cache
    temperature: float,
    binning: Binning,
    _evaluation: Evaluation,
) -> Summary:
    return calibration.summary(confidences(_evaluation, temperature), binning=binning)


@st.cache_resource(max_entries=50, show_spinner=False)
def _coverage(
    key: str,  # noqa: ARG001 - the key of the cache
    temperature: float,
    _evaluation: Evaluation,
) -> Coverage:
    return rejection.coverage(confidences(_evaluation, temperature))
