"""Refuse a search space that contradicts itself, before anything is trained."""

from itertools import product
from typing import Final

from core.config import TrainingConfig
from core.config.controls import KIND, SETTINGS
from core.config.setting import Value
from core.errors import StudyError
from core.tuning.space import (
    LISTS,
    VARIABLE,
    Choices,
    SearchSpace,
    Variation,
    active_params,
    is_number,
    limits_of,
    numbers_in,
    points_of,
    setting_of,
    title_of,
)

MAX_VARIED: Final = 20


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
            message = (
                f"Expected a setting that can be varied, got {key!r}. There are: "
                f"{', '.join(VARIABLE)}."
            )
            raise StudyError(message)
    for key, variation in space.ordered():
        _check_values(key, variation)
    _check_effect(space, base)
    _check_lists(space)


def _check_values(key: str, variation: Variation) -> None:
    if isinstance(variation, Choices):
        if len(set(variation.values)) < len(variation.values) or not variation.values:
            message = (
                f"Expected different values of {title_of(key)}, got "
                f"{'|'.join(map(str, variation.values)) or 'none'}. Give each once."
            )
            raise StudyError(message)
        for value in variation.values:
            _check_value(key, value)
        return
    low, high = limits_of(key) if is_number(key) else (0.0, 0.0)
    if not is_number(key) or not low <= variation.low < variation.high <= high:
        expected = f"within {low:g} to {high:g}" if is_number(key) else "of a number"
        message = (
            f"Expected a range {expected}, the lower end first, for {title_of(key)}, "
            f"got {variation.low:g}:{variation.high:g}."
        )
        raise StudyError(message)


def _check_value(key: str, value: Value) -> None:
    if key in LISTS:
        numbers_in(str(value))
        return
    choices = SETTINGS[key].choices
    low, high = limits_of(key) if is_number(key) else (0.0, 0.0)
    is_one = is_number(key) and not isinstance(value, bool | str)
    if value in choices or (is_one and low <= value <= high):
        return
    allowed = f"{low:g} to {high:g}" if is_number(key) else ", ".join(map(str, choices))
    message = f"Expected values of {title_of(key)} among {allowed}, got {value!r}."
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
    reason = f" It needs another {needs[0]}." if needs else ""
    message = (
        f"Expected settings that have an effect in this recipe, got {title_of(idle)}."
        f"{reason} Leave it out, or vary what it depends on."
    )
    raise StudyError(message)


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
                f"Expected either {title_of(name)} as a whole or its parts, got both "
                f"{name} and {', '.join(both)}. Leave one of them out."
            )
            raise StudyError(message)
