"""The form of a new study: what is varied, by what it is judged, how long it takes."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from core.config import TrainingConfig, settings_table
from core.config.controls import KIND, SETTINGS
from core.config.networks import FAMILIES
from core.errors import StudyError
from core.tuning import space
from core.tuning import spec as specs
from core.tuning.space import LISTS, SearchSpace, Variation
from core.tuning.spec import MAX_TRIALS, Objective, Sampler, StudySpec
from dashboard.widgets.common import page_frame
from dashboard.widgets.train import recipe_form
from dashboard.widgets.tune import form_state
from dashboard.widgets.tune.form_state import KEPT, key_of
from dashboard.widgets.tune.variation import variation

OBJECTIVES: Final[dict[str, tuple[Objective, ...]]] = {
    "Validation accuracy": ("val_accuracy",),
    "Validation loss": ("val_loss",),
    "Accuracy and training time": ("val_accuracy", "seconds"),
    "Accuracy and parameters": ("val_accuracy", "parameters"),
}
SAMPLERS: Final[dict[Sampler, str]] = {
    "tpe": "TPE tries what resembles the best trials so far: the best choice for most.",
    "random": "Random draws anew each time: good for an overview, and hard to beat "
    "when little matters.",
    "grid": "Grid tries all combinations: for one or two settings with few values.",
}
SAMPLER_TITLES: Final[dict[Sampler, str]] = {
    "tpe": "TPE",
    "random": "Random",
    "grid": "Grid",
}
MAX_MINUTES: Final = 10_000


def search_space(base: TrainingConfig) -> SearchSpace:
    """Show what is varied, and return it; it may not make sense yet.

    Args:
        base: The recipe of which some settings are varied.
    """
    start = form_state.current().start
    chosen = form_state.value_of("varied", list(start.space.varied))
    keys = st.multiselect(
        "Settings to vary",
        _offered(base, chosen),
        default=list(start.space.varied),
        format_func=_label,
        key=key_of("varied"),
        max_selections=20,
        placeholder="Choose the settings that you want to try several values of",
        help="Everything else is as in the recipe above.",
        **KEPT,
    )
    varied: dict[str, Variation] = {}
    with st.grid(2, min_column_width=260, gap="small"):
        for key in keys:
            varied[key] = variation(key, base)
    with st.expander("Settings that stay the same", icon=":material/tune:"):
        recipe_form.fixed_settings(keys)
    return SearchSpace(varied=varied)


def spec(base: TrainingConfig, varied: SearchSpace) -> StudySpec:
    """Show by what a study is judged and what limits it, and return all of it."""
    start = form_state.current().start
    objectives = _objectives(start)
    sampler = _sampler(start)
    num_trials, minutes = _budget(start, is_grid=sampler == "grid")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        prunes = _prunes(start, can_prune=len(objectives) == 1)
        seed = _seed(start)
    return StudySpec(
        base=base,
        space=varied,
        objectives=objectives,
        sampler=sampler,
        prunes=prunes,
        num_trials=num_trials,
        minutes=minutes,
        seed=seed,
    )


def _objectives(start: StudySpec) -> tuple[Objective, ...]:
    first = next(
        (name for name, each in OBJECTIVES.items() if each == start.objectives),
        next(iter(OBJECTIVES)),
    )
    name = st.selectbox(
        "Objective",
        list(OBJECTIVES),
        index=list(OBJECTIVES).index(first),
        key=key_of("objective"),
        help="Trials are scored by the validation split. With two objectives you get "
        "the trials that no other one beats in both (the Pareto front).",
        **KEPT,
    )
    return OBJECTIVES[name]


def _sampler(start: StudySpec) -> Sampler:
    sampler: Sampler = st.segmented_control(
        "Sampler",
        list(SAMPLERS),
        default=start.sampler,
        required=True,
        format_func=SAMPLER_TITLES.__getitem__,
        key=key_of("sampler"),
        **KEPT,
    )
    st.caption(SAMPLERS[sampler])
    return sampler


def _prunes(start: StudySpec, *, can_prune: bool) -> bool:
    wanted = st.toggle(
        "Prune",
        start.prunes,
        disabled=not can_prune,
        key=key_of("prunes"),
        help="Ends a trial early if it is not among the best third of those that came "
        "as far. Only with one objective.",
        **KEPT,
    )
    return wanted and can_prune


def _seed(start: StudySpec) -> int:
    return st.number_input(
        "Seed",
        min_value=0,
        max_value=2**31 - 1,
        value=start.seed,
        step=1,
        width=130,
        key=key_of("seed"),
        help="Of the sampler. The same seed tries the same settings again.",
        **KEPT,
    )


def problem_of(spec: StudySpec) -> str:
    """Say why no study can be made of what the form says; empty if it can."""
    try:
        specs.check(spec)
    except StudyError as error:
        return str(error)
    return ""


def show_problem(problem: str) -> None:
    """Show it where the viewer looks; nothing chosen yet is no mistake."""
    page_frame.show_error(problem, title="This search space does not work yet")


def _budget(start: StudySpec, *, is_grid: bool) -> tuple[int | None, float | None]:
    """Show what limits a study: trials, minutes, or both."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        num_trials = st.number_input(
            "Trials",
            min_value=1,
            max_value=MAX_TRIALS,
            value=None if is_grid else start.num_trials,
            step=1,
            placeholder="all" if is_grid else "no limit",
            width=130,
            key=key_of(f"trials_{is_grid}"),
            help="How many trials at most. Leave it empty if only the time counts.",
            **KEPT,
        )
        minutes = st.number_input(
            "Minutes",
            min_value=1.0,
            max_value=float(MAX_MINUTES),
            value=start.minutes,
            step=1.0,
            format="%g",
            placeholder="no limit",
            width=130,
            key=key_of("minutes"),
            help="No trial begins after that. Leave it empty if only trials count.",
            **KEPT,
        )
    return num_trials, minutes


def _label(key: str) -> str:
    if key in LISTS:
        return f"{space.title_of(key)} (whole lists)"
    return space.title_of(key)


def _offered(base: TrainingConfig, chosen: Sequence[str]) -> list[str]:
    """List the settings that can have an effect; what was chosen stays on the list."""
    return [key for key in space.VARIABLE if key in chosen or _can_matter(key, base)]


def _can_matter(key: str, base: TrainingConfig) -> bool:
    """Whether a setting is one of the networks that are tried."""
    given = form_state.value_of(f"values_{KIND}", None)
    varied: list[str] = form_state.value_of("varied", [])
    words = given if KIND in varied and given else [base.network.word]
    families = {each for each, kind in FAMILIES.items() if kind.word in words}
    if key in LISTS:
        return not LISTS[key].families or bool(LISTS[key].families & families)
    control = SETTINGS[key]
    if control.families and not control.families & families:
        return False
    if control.counted_by is None:
        return True
    count, number = control.counted_by
    if count in varied:
        return True
    return bool(number < settings_table.values_of(base)[count])
