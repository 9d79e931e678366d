"""Try several values of one or two settings: a grid of trainings with one click."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import streamlit as st

from core.config import TrainingConfig
from core.config.setting import Value
from core.errors import ConfigError, InklabError
from core.records import Run
from core.tuning import proposals, space
from core.tuning.proposals import MAX_VALUES
from core.tuning.space import LISTS, Choices, SearchSpace
from core.tuning.spec import StudySpec, check
from dashboard import services, words
from dashboard.widgets.common import page_frame, read_only
from dashboard.widgets.train import grid_studies

MAX_SETTINGS: Final = 2
MIN_VALUES: Final = 2
FIRST: Final = "learning_rate"
MAX_EXPERIENCE: Final = 60
"""So many of the latest runs tell how long trainings take here."""

_SWITCH: Final = {"true": "on", "false": "off"}


def show(config: TrainingConfig, everything: Sequence[Run]) -> None:
    """Offer to try several values.

    Args:
        config: The recipe; what is not tried is as it says.
        everything: All runs.
    """
    asked = st.expander(
        "Try several values",
        icon=":material/view_week:",
        key="try_values",
        on_change="rerun",
    )
    if not asked.open:
        return
    with asked:
        offered = proposals.keys(config)
        chosen = st.multiselect(
            "Settings to try values of",
            offered,
            default=[FIRST],
            format_func=_title,
            max_selections=MAX_SETTINGS,
            key="try_settings",
            help="One or two. Of two, each value of one is tried with each of the "
            "other. All other settings are as chosen above.",
        )
        varied = {key: _values(key, config) for key in chosen if key in offered}
        if not varied or any(values is None for values in varied.values()):
            return
        _offer(config, {key: each or () for key, each in varied.items()}, everything)


def _title(key: str) -> str:
    title = space.title_of(key)
    return f"{title} (all together)" if key in LISTS else title


def _values(key: str, config: TrainingConfig) -> tuple[Value, ...] | None:
    """Show the values of a setting, which can be changed; None if one cannot be."""
    first = [proposals.write(key, each) for each in proposals.proposed(key, config)]
    name = f"try_{key}_{proposals.write(key, proposals.current(key, config))}"
    typed = st.session_state.get(name, first)
    known = [proposals.write(key, each) for each in proposals.offered(key, config)]
    can_type = key in LISTS or space.is_number(key)
    options: dict[str, Any] = {"accept_new_options": True} if can_type else {}
    example = "128,64" if key in LISTS else "0.5"
    chosen = st.multiselect(
        f"Values of {_title(key).lower()}",
        list(dict.fromkeys([*known, *typed])),
        default=first,
        format_func=lambda text: _SWITCH.get(text, text),
        max_selections=MAX_VALUES,
        key=name,
        help=f"Up to {MAX_VALUES}. "
        + (f"Type another one, like {example}, and press Enter." if can_type else ""),
        **options,
    )
    try:
        found = dict.fromkeys(proposals.read(key, each) for each in chosen)
    except ConfigError as error:
        page_frame.show_error(str(error), title="This value cannot be tried")
        return None
    if len(found) < MIN_VALUES:
        st.caption("Choose at least two values.")
        return None
    return tuple(found)


def _offer(
    config: TrainingConfig,
    varied: Mapping[str, tuple[Value, ...]],
    everything: Sequence[Run],
) -> None:
    spec = StudySpec(
        base=config,
        space=SearchSpace(
            varied={key: Choices(values=values) for key, values in varied.items()}
        ),
        sampler="grid",
        prunes=False,
        num_trials=None,
    )
    try:
        check(spec)
        configs, problem = _configs(spec)
    except InklabError as error:
        page_frame.show_error(str(error), title="These values do not work together")
        return
    if problem:
        st.caption(words.message(problem))
    st.markdown(_plan(varied, configs, everything))
    st.button(
        f"Start {words.count(len(configs), 'training')}",
        icon=":material/play_arrow:",
        key="start_values",
        width="stretch",
        **read_only.guard(disabled=not configs),
        on_click=_start,
        args=(spec,),
    )


def _configs(spec: StudySpec) -> tuple[list[TrainingConfig], str]:
    """Return what is trained, and what to say of combinations that cannot be."""
    found, problems = [], []
    for params in space.grid(spec.space, spec.base):
        try:
            found.append(space.config_of(spec.base, params))
        except ConfigError as error:
            problems.append(str(error))
    if not problems:
        return found, ""
    num = words.count(len(problems), "combination")
    return found, f"{num} cannot be trained. {problems[0]}"


def _plan(
    varied: Mapping[str, tuple[Value, ...]],
    configs: Sequence[TrainingConfig],
    everything: Sequence[Run],
) -> str:
    """Say how many trainings there are and how long they take."""
    known = everything[:MAX_EXPERIENCE]
    times = [services.expected_time(each, known) for each in configs]
    at_once = min(services.num_at_once(), max(len(configs), 1))
    seconds, low, high = (
        sum(values) / at_once
        for values in (
            [each.seconds for each in times],
            [each.low for each in times],
            [each.high for each in times],
        )
    )
    num = words.count(len(configs), "training")
    sizes = [len(values) for values in varied.values()]
    product = f" ({' x '.join(map(str, sizes))})" if len(sizes) > 1 else ""
    if math.prod(sizes) != len(configs):
        product = ""
    return (
        f"**{num}**{product}, about {words.duration(seconds)} in all "
        f"({words.duration(low)} to {words.duration(high)}). Scored by the validation "
        "split; the test images are not used."
    )


def _start(spec: StudySpec) -> None:
    with page_frame.plain_errors():
        grid_studies.start(spec)
