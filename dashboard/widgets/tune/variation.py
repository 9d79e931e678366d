"""Controls for what a study varies: a range, or some values, of each setting."""

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from core.config import TrainingConfig, flags, settings_table
from core.config.controls import SETTINGS
from core.config.setting import Value
from core.tuning import space
from core.tuning.space import LISTS, Choices, Range, Variation
from dashboard.widgets.tune import form_state
from dashboard.widgets.tune.form_state import KEPT, key_of

RANGE: Final = "Range"
VALUES: Final = "Values"
MAX_ON_A_SLIDER: Final = 1000
NARROWEST: Final = 2


def variation(key: str, base: TrainingConfig) -> Variation:
    """Show the controls of a setting that is varied, and return what they say.

    Args:
        key: The setting.
        base: The recipe; what is suggested lies around its value.
    """
    given = form_state.current().start.space.varied.get(key)
    with st.container(border=True, gap="small"):
        if not space.is_number(key):
            return _values(key, given, base)
        is_range = not isinstance(given, Choices)
        how = st.segmented_control(
            space.title_of(key),
            [RANGE, VALUES],
            default=RANGE if is_range else VALUES,
            required=True,
            key=key_of(f"how_{key}"),
            help=_help(key),
            **KEPT,
        )
        if how == VALUES:
            return _values(key, given, base)
        return _range(key, given, base)


def condition(key: str) -> str:
    """Say under which condition a setting has an effect; empty if always."""
    if key in LISTS or not (needs := SETTINGS[key].needs):
        return ""
    met = SETTINGS[key].setting.used_if
    control = SETTINGS[needs]
    words = [control.text(each) for each in control.choices if met and met[1](each)]
    are_words = control.is_switch or isinstance(control.choices[0], str)
    values = f" {' or '.join(words)}" if are_words else ""
    return f"Only has an effect with {control.title.lower()}{values or ' above 0'}."


def _help(key: str) -> str:
    return f"{space.setting_of(key).help} {condition(key)}".strip()


def _range(key: str, given: Variation | None, base: TrainingConfig) -> Range:
    low, high = _suggested(key, settings_table.values_of(base)[key])
    if isinstance(given, Range):
        low, high = given.low, given.high
    choices = SETTINGS[key].choices
    options: dict[str, Any] = {
        "label": f"Range of {space.title_of(key)}",
        "label_visibility": "collapsed",
        "key": key_of(f"range_{key}"),
        **KEPT,
    }
    if isinstance(choices, range) and len(choices) <= MAX_ON_A_SLIDER:
        low, high = st.slider(
            min_value=choices[0],
            max_value=choices[-1],
            step=choices.step,
            value=(int(low), int(high)),
            format=SETTINGS[key].number_format,
            **options,
        )
    else:
        steps = range(100) if isinstance(choices, range) else choices
        low, high = st.select_slider(
            options=sorted({*steps, low, high}),
            value=(low, high),
            format_func=lambda each: space.text_of(key, each),
            **options,
        )
    if space.is_logarithmic(key, Range(low=low, high=high)):
        st.caption("Searched by factors, as on a logarithmic scale.")
    return Range(low=low, high=high)


def _suggested(key: str, value: float) -> tuple[float, float]:
    """Return ends of a range around what the recipe has."""
    choices = SETTINGS[key].choices
    if isinstance(choices, range):
        return choices[0], min(max(2 * value, choices[0] + 3), choices[-1])
    at = min(range(len(choices)), key=lambda each: abs(choices[each] - value))
    width = max(NARROWEST, len(choices) // 5)
    return choices[max(at - width, 0)], choices[min(at + width, len(choices) - 1)]


def _values(key: str, given: Variation | None, base: TrainingConfig) -> Choices:
    offered, first = _offered(key, base)
    if isinstance(given, Choices):
        first = given.values
    is_number = space.is_number(key)
    options: dict[str, Any] = {
        "label": f"Values of {space.title_of(key)}"
        if is_number
        else space.title_of(key),
        "label_visibility": "collapsed" if is_number else "visible",
        "key": key_of(f"values_{key}"),
        "default": list(first),
        "format_func": lambda each: space.text_of(key, each),
        **KEPT,
    }
    if key in LISTS:
        found = st.multiselect(
            options=list(dict.fromkeys([*first, *offered])),
            accept_new_options=True,
            placeholder="Type some, like 128,64",
            help=f"{_help(key)} Type one like 128,64 and press Enter.",
            **options,
        )
    elif is_number:
        chosen = st.session_state.get(options["key"], first)
        known = sorted({*offered, *first, *chosen})
        found = st.multiselect(options=known, **options)
    else:
        found = st.pills(
            options=list(offered), selection_mode="multi", help=_help(key), **options
        )
    return Choices(values=tuple(found)[: space.MAX_CHOICES])


def _offered(key: str, base: TrainingConfig) -> tuple[Sequence[Value], Sequence[Value]]:
    """Return the values to choose from, and those that are chosen at first."""
    if key in LISTS:
        value = flags.values_by_flag(base).get(key) or (64,)
        texts = [flags.text_of(each) for each in _similar(value)]
        return list(dict.fromkeys(texts)), texts
    choices = SETTINGS[key].choices
    if not space.is_number(key):
        return choices, choices
    low, high = _suggested(key, settings_table.values_of(base)[key])
    if isinstance(choices, range):
        choices = choices[: max(100, int(high))]
    return choices, sorted({low, high, settings_table.values_of(base)[key]})


def _similar(value: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return lists like one: with one thing less, itself, and with larger numbers."""
    shorter = value[:-1] or value
    return list(dict.fromkeys([shorter, value, tuple(2 * each for each in value)]))
