"""What the form of a new study starts from, and the keys of its controls.

A browser sends all controls with each click, also those that it has not drawn anew
yet. So a form that is filled by anything but the viewer's hand gets other keys.
"""

import dataclasses
from dataclasses import dataclass
from typing import Final, Literal, TypedDict, TypeVar

import streamlit as st

from core.config import TrainingConfig, presets
from core.tuning.space import Choices, Range, SearchSpace
from core.tuning.spec import StudySpec
from dashboard import state
from dashboard.widgets.common import dataset_picker
from dashboard.widgets.train import recipe_state

_Value = TypeVar("_Value")


class _Kept(TypedDict):
    persist_state: Literal["session"]


KEPT: Final[_Kept] = {"persist_state": "session"}
"""What a control is given that is as it was left when somebody comes back."""

EMPTY: Final = StudySpec(base=TrainingConfig(), space=SearchSpace(varied={}))
EXAMPLE: Final = StudySpec(
    base=presets.preset(presets.FASTEST).config,
    space=SearchSpace(
        varied={
            "hidden": Choices(values=("64", "128,64", "256,128")),
            "dropout": Range(low=0.0, high=0.3),
            "learning_rate": Range(low=0.001, high=0.05),
        }
    ),
    num_trials=20,
)
"""A study that is worth its minutes: three settings of the quickest preset."""


@dataclass(frozen=True)
class Form:
    """A form before anybody has touched it.

    Attributes:
        start: What its controls say at first.
        number: How many forms there were before in this session.
    """

    start: StudySpec
    number: int


def current() -> Form:
    """Return the form of this session."""
    form: Form = st.session_state.setdefault(state.STUDY_FORM, Form(EMPTY, 0))
    return form


def key_of(name: str) -> str:
    """Return the key of a control of the form."""
    return f"study_{name}_{current().number}"


def value_of(name: str, default: _Value) -> _Value:
    """Return what a control of the form says, before it is drawn."""
    value: _Value = st.session_state.get(key_of(name), default)
    return value


def fill(spec: StudySpec) -> None:
    """Have the form say what a study does; its data set is chosen, if it is here."""
    recipe_state.adopt(spec.base)
    st.session_state[state.STUDY_FORM] = Form(spec, current().number + 1)


def fill_example() -> None:
    """Have the form say what is good to begin with, for the data set chosen here."""
    dataset = dataset_picker.chosen_spec().name
    base = dataclasses.replace(EXAMPLE.base, dataset=dataset)
    fill(EXAMPLE.model_copy(update={"base": base}))
