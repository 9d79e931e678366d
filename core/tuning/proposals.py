"""Values of a setting to try: those around the one of a recipe, from its steps."""

import bisect
from collections.abc import Sequence
from typing import Final

from core.config import TrainingConfig, flags, settings_table
from core.config.controls import SETTINGS
from core.config.setting import Value
from core.errors import ConfigError
from core.tuning import space
from core.tuning.space import LISTS

MAX_VALUES: Final = 8
MAX_STEPS: Final = 20
"""A range of more steps than this is tried by factors, not by neighbours."""

NEIGHBOURS: Final = 2
FACTORS: Final = (1, 2, 5)
SEED: Final = "seed"


def keys(base: TrainingConfig) -> tuple[str, ...]:
    """Return the keys of all that has an effect in a recipe and can be varied."""
    values = settings_table.values_of(base)
    return tuple(
        key
        for key in space.VARIABLE
        if space.is_active(key, values) and (key not in LISTS or current(key, base))
    )


def current(key: str, base: TrainingConfig) -> Value:
    """Return what a setting is in a recipe; a list is a text like "128,64"."""
    if key in LISTS:
        return flags.text_of(flags.values_by_flag(base)[key])
    return settings_table.values_of(base)[key]


def proposed(key: str, base: TrainingConfig) -> tuple[Value, ...]:
    """Return up to five values to try: that of a recipe and its neighbours.

    Of words and switches, all.
    """
    if key not in LISTS and not space.is_number(key):
        return tuple(SETTINGS[key].choices)[:MAX_VALUES]
    now, steps = current(key, base), offered(key, base)
    at = steps.index(now)
    num = 2 * NEIGHBOURS + 1
    first = max(min(at - NEIGHBOURS, len(steps) - num), 0)
    return tuple(steps[first : first + num])


def offered(key: str, base: TrainingConfig) -> list[Value]:
    """Return values to choose from, in their order, with that of a recipe."""
    if key in LISTS:
        return _lists(key, base)
    if not space.is_number(key):
        return list(SETTINGS[key].choices)
    now = current(key, base)
    return sorted({*_steps(key, now), now})


def write(key: str, value: Value) -> str:
    """Write a value as `read` reads it."""
    return str(value) if key in LISTS else settings_table.write(value)


def read(key: str, written: str) -> Value:
    """Read a value that somebody typed.

    Raises:
        ConfigError: If the setting cannot be that.
    """
    if key in LISTS:
        return ",".join(map(str, space.numbers_in(written)))
    text = written.strip().removesuffix("%").strip()
    value = settings_table.read(key, text)
    if value is not None:
        return value
    control = SETTINGS[key]
    low, high = control.limits
    expected = (
        f"a {'whole ' if control.is_whole else ''}number from {low:,g} to {high:,g}"
        if control.is_number
        else f"one of {', '.join(map(control.text, control.choices))}"
    )
    message = f"Expected {expected} as {control.title.lower()}, got {written!r}."
    raise ConfigError(message)


def _steps(key: str, now: Value) -> Sequence[Value]:
    choices = SETTINGS[key].choices
    if key == SEED:
        return range(now, min(now + 2 * NEIGHBOURS, choices[-1]) + 1)
    if not isinstance(choices, range) or len(choices) <= MAX_STEPS:
        return choices
    found = [FACTORS[power % 3] * 10 ** (power // 3) for power in range(12)]
    lowest = [choices[0]] if choices[0] == 0 else []
    return lowest + [each for each in found if each in choices]


def _lists(key: str, base: TrainingConfig) -> list[Value]:
    """Return lists like that of a recipe, each number some steps lower or higher."""
    numbers = flags.values_by_flag(base)[key]
    steps = sorted({*LISTS[key].setting.choices, *numbers})
    found = (
        ",".join(
            str(
                steps[min(max(bisect.bisect_left(steps, each) + by, 0), len(steps) - 1)]
            )
            for each in numbers
        )
        for by in range(-len(steps), len(steps) + 1)
    )
    return list(dict.fromkeys(found))
