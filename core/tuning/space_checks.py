"""Refuse a search space that contradicts itself, before anything is trained."""

import difflib
from itertools import product
from typing import Final

from core.config import TrainingConfig, flags, presets, settings_table
from core.config.controls import KIND, SETTINGS
from core.config.setting import Value
from core.errors import ConfigError, StudyError
from core.tuning.space import (
    LISTS,
    VARIABLE,
    Choices,
    Range,
    SearchSpace,
    Variation,
    active_params,
    is_number,
    is_whole,
    limits_of,
    numbers_in,
    points_of,
    setting_of,
    title_of,
)

MAX_VARIED: Final = 20
MAX_SHOWN: Final = 60


def check(space: SearchSpace, base: TrainingConfig) -> None:
    """See that a space can be searched.

    Raises:
        StudyError: If nothing or too much is varied, a setting is unknown or never
            has an effect, or its values are none that it can have.
    """
    if not 1 <= len(space.varied) <= MAX_VARIED:
        message = (
            f"Expected 1 to {MAX_VARIED} settings to vary, got {len(space.varied)}. "
            "Give a setting a range or some choices."
        )
        raise StudyError(message)
    for key in space.varied:
        if key not in VARIABLE:
            raise unknown(key)
    for key, variation in space.ordered():
        _check_values(key, variation, base)
    _check_effect(space, base)
    _check_lists(space)


def unknown(key: str) -> StudyError:
    """Say that there is no such setting, or none that can be varied."""
    alike = difflib.get_close_matches(key, VARIABLE, n=1)
    guess = f" Do you mean {alike[0]}?" if alike else ""
    names = (each for each in VARIABLE if not each.endswith(tuple("12345")))
    return StudyError(
        f"Expected a setting that can be varied, got {key!r}.{guess} There are: "
        f"{', '.join(names)}; those with a 0 at the end have others with 1, 2, ..."
    )


def _check_values(key: str, variation: Variation, base: TrainingConfig) -> None:
    if isinstance(variation, Choices):
        if len(set(variation.values)) < len(variation.values) or not variation.values:
            message = (
                f"Expected different values of {title_of(key)}, got "
                f"{'|'.join(map(str, variation.values)) or 'none'}. Give each once."
            )
            raise StudyError(message)
        for value in variation.values:
            _check_value(key, value, base)
        return
    _check_range(key, variation)


def _check_range(key: str, variation: Range) -> None:
    low, high = limits_of(key) if is_number(key) else (0.0, 0.0)
    ends = (variation.low, variation.high)
    is_within = is_number(key) and low <= variation.low < variation.high <= high
    if is_within and (not is_whole(key) or all(map(_is_whole, ends))):
        return
    kind = "whole numbers" if is_number(key) and is_whole(key) else "numbers"
    expected = f"{kind} within {low:g} to {high:g}" if is_number(key) else "choices"
    order = ", the lower one first," if is_number(key) else ""
    message = (
        f"Expected {expected}{order} for {title_of(key)}, got the range "
        f"{_short(variation.low)}:{_short(variation.high)}. Change it."
    )
    raise StudyError(message)


def _short(value: Value) -> str:
    """Write a value as it was given, but for one of thousands of digits."""
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."


def _is_whole(number: float) -> bool:
    return float(number).is_integer()


def _check_value(key: str, value: Value, base: TrainingConfig) -> None:
    if key in LISTS:
        _check_list(key, value, base)
        return
    if is_number(key):
        low, high = limits_of(key)
        types: tuple[type, ...] = (int,) if is_whole(key) else (int, float)
        is_one = type(value) in types and low <= value <= high
        kind = "whole numbers" if is_whole(key) else "numbers"
        allowed = f"{kind} within {low:g} to {high:g}"
    else:
        choices = SETTINGS[key].choices
        is_one = any(type(each) is type(value) and each == value for each in choices)
        allowed = f"among {', '.join(map(settings_table.write, choices))}"
    if not is_one:
        message = (
            f"Expected values of {title_of(key)} {allowed}, got {_short(value)}. "
            "Change it."
        )
        raise StudyError(message)


def _check_list(key: str, value: Value, base: TrainingConfig) -> None:
    """See that a list can be that of this network, or of one of another family."""
    numbers, problem = numbers_in(str(value)), ""
    for config in (base, *(each.config for each in presets.PRESETS)):
        if config.network.family in LISTS[key].families:
            try:
                flags.changed(config, {key: numbers})
            except ConfigError as error:
                problem = problem or str(error)
            else:
                return
    message = (
        f"Expected a list that {title_of(key)} can be, got {_short(value)}. {problem}"
    )
    raise StudyError(message)


def _check_effect(space: SearchSpace, base: TrainingConfig) -> None:
    """Refuse what has no effect whatever the others are."""
    points = {
        key: points_of(key, each) if _decides(key) else points_of(key, each)[:1]
        for key, each in space.ordered()
    }
    used: set[str] = set()
    for combination in product(*points.values()):
        used |= set(active_params(base, dict(zip(points, combination, strict=True))))
        if used == set(points):
            return
    idle = next(key for key in points if key not in used)
    needs = setting_of(idle).used_if
    reason = f" It needs another {_in_words(needs[0])}." if needs else ""
    message = (
        f"Expected settings that have an effect in this recipe, got {title_of(idle)}."
        f"{reason} Leave it out, or vary what it depends on."
    )
    raise StudyError(message)


def _in_words(key: str) -> str:
    return title_of(key).lower() if key in VARIABLE else key.replace("_", " ")


def _decides(key: str) -> bool:
    """Whether other settings have an effect or not because of this one."""
    return key == KIND or any(
        key == each.needs or (each.counted_by or ("",))[0] == key
        for each in SETTINGS.values()
    )


def _check_lists(space: SearchSpace) -> None:
    """Refuse to vary a list as a whole and its things too."""
    parts = {
        "hidden": ("layers", "units_"),
        "filters": ("blocks", "filters_", "stages", "stage_filters_"),
        "kernels": ("blocks", "kernel_"),
        "convolutions": ("blocks", "convolutions_"),
    }
    for name, prefixes in parts.items():
        both = [key for key in space.varied if key.startswith(prefixes)]
        if name in space.varied and both:
            message = (
                f"Expected either a list of {title_of(name).lower()} or its parts, got "
                f"the list and {', '.join(map(title_of, both))}. Leave one of them out."
            )
            raise StudyError(message)
