"""What a run says about a character, with the probability of each class."""

import streamlit as st

from core.datasets.spec import DatasetSpec
from core.proportion import percent
from core.records import Run
from core.runs.temperatures import RunTemperature
from dashboard import results, words
from dashboard.widgets.common.sample_card import likely_classes
from dashboard.widgets.draw import source, steps, verdict
from dashboard.widgets.draw.character import Answered, Material
from dashboard.widgets.draw.classify import classify


def show(run: Run, spec: DatasetSpec, material: Material | None) -> Answered | None:
    """Classify a character and show the answer.

    Args:
        run: A run with a model.
        spec: The data set that it learned from.
        material: What somebody drew or opened; None to ask for it.

    Returns:
        The answer; None if there is nothing to classify.

    Raises:
        PictureError: If there is no character in the picture.
        ArtifactError: If the model of the run is missing or damaged.
    """
    # A model that is missing is said at once, not only after somebody has drawn.
    results.predictor(run.id)
    if material is None:
        source.invite("the prediction")
        st.caption(steps.what_will_happen(spec))
        return None
    answered = classify(run, spec, material)
    _prediction(answered, results.temperature(run))
    return answered


def _prediction(answered: Answered, temperature: RunTemperature) -> None:
    found, character = answered.answer, answered.character
    st.metric(
        "Predicted class",
        words.literal(answered.classes[found.best]),
        _in_short(answered),
        delta_color="off",
        delta_arrow="off",
    )
    verdict.show(answered)
    st.caption(
        f"Input: {character.material.origin}."
        + (
            f" Calibrated probabilities (temperature {temperature.value:.2f})."
            if temperature.is_fitted
            else ""
        ),
        help=_probabilities_help(temperature),
    )
    likely_classes(
        found.probabilities,
        answered.classes,
        true=None,
        key="answer_bars",
        alt=f"Probability of each class for {character.material.origin}",
    )


def _in_short(answered: Answered) -> str:
    """Write how confident it is, and of what else: "93.1 %; next 1, 4.2 %"."""
    found = answered.answer
    text, second = words.confidence(found.confidence).capitalize(), found.runner_up
    if second is None:
        return text
    share = percent(float(found.probabilities[second]), decimals=1)
    return f"{text}; next {words.literal(answered.class_name(second))}, {share}"


def _probabilities_help(temperature: RunTemperature) -> str:
    if not temperature.is_fitted:
        return (
            "The probabilities are as the model gives them, and may be too high or too "
            f"low. {words.message(temperature.reason)}"
        )
    return (
        f"Temperature scaling, fitted on {temperature.n:,} validation images: on "
        "images like those it learned from, it is right about as often as it says. "
        "The order of the classes is that of the model. See Calibration on Evaluate."
    )
