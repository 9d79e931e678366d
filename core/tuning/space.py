"""What a study varies: some settings of a recipe, each over a range or some choices.

Settings have the keys of their controls, and values as the controls have them. A list
such as the hidden layers can be varied as a whole too, under the name of its flag:
then each choice is a text like "128,64".
"""

import bisect
import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Annotated, Final

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
)

from core.config import TrainingConfig, flags, settings_table
from core.config.controls import KIND, SETTINGS
from core.config.flags import FLAGS, Flag
from core.config.setting import Setting, Value
from core.errors import ConfigError, StudyError
from core.insight import network_cost

MAX_GRID: Final = 1000
MAX_CHOICES: Final = 50

Params = Mapping[str, Value]
"""A value for each setting that a trial varies."""

_FROZEN: Final = ConfigDict(frozen=True, extra="forbid")
_FORBIDDEN: Final = ("validation_percent", "monitor", "emphasis", "emphasis_factor")
"""What decides how a trial is scored, so that trials would not be comparable, and which
images are emphasised, which somebody chose by looking at them."""


class Range(BaseModel):
    """All numbers from one to another.

    Attributes:
        low: The lowest.
        high: The highest.
    """

    model_config = _FROZEN

    low: StrictInt | StrictFloat
    high: StrictInt | StrictFloat


class Choices(BaseModel):
    """Some values.

    Attributes:
        values: At least two, each once.
    """

    model_config = _FROZEN

    values: Annotated[
        tuple[StrictBool | StrictInt | StrictFloat | StrictStr, ...],
        Field(max_length=MAX_CHOICES),
    ]


Variation = Range | Choices


class SearchSpace(BaseModel):
    """What a study varies, and how.

    Attributes:
        varied: The settings by key, in the order in which they are decided: what
            decides whether others have an effect comes first.
    """

    model_config = _FROZEN

    varied: Mapping[str, Variation]

    def ordered(self) -> Iterator[tuple[str, Variation]]:
        """Give the settings with their variations, in the order of their controls."""
        for key in sorted(self.varied, key=_ORDER.index):
            yield key, self.varied[key]


def _lists() -> dict[str, Flag]:
    lists = {name: flag for name, flag in FLAGS.items() if flag.is_list}
    return {name: flag for name, flag in lists.items() if name not in SETTINGS}


LISTS: Final[Mapping[str, Flag]] = _lists()
"""Settings of several things at once, like the units of all hidden layers."""

_ORDER: Final = (KIND, *LISTS, *(key for key in SETTINGS if key != KIND))
VARIABLE: Final = tuple(key for key in _ORDER if key not in _FORBIDDEN)
"""The keys of all that can be varied."""


def setting_of(key: str) -> Setting:
    """Return the description of a setting that can be varied."""
    return LISTS[key].setting if key in LISTS else SETTINGS[key].setting


def title_of(key: str) -> str:
    """Return what a setting is called."""
    return LISTS[key].setting.title if key in LISTS else SETTINGS[key].title


def text_of(key: str, value: Value) -> str:
    """Write a value of a setting for people."""
    return str(value) if key in LISTS else SETTINGS[key].text(value)


def is_number(key: str) -> bool:
    """Whether a setting is a number, so that a range of it can be searched."""
    if key in LISTS or key == KIND:
        return False
    return setting_of(key).low is not None


def is_whole(key: str) -> bool:
    """Whether a setting is a whole number."""
    return all(isinstance(each, int) for each in SETTINGS[key].choices[:2])


def is_logarithmic(key: str, variation: Range) -> bool:
    """Whether a range of a setting is searched by factors."""
    return setting_of(key).is_logarithmic and variation.low > 0


def limits_of(key: str) -> tuple[float, float]:
    """Return the lowest and the highest value of a number, as its control has it."""
    setting = setting_of(key)
    factor = 100 if setting.is_percent else 1
    return (setting.low or 0) * factor, (setting.high or 0) * factor


def points_of(key: str, variation: Variation) -> Sequence[Value]:
    """List the values that a grid tries: the steps of the control within a range."""
    if isinstance(variation, Choices):
        return variation.values
    choices = SETTINGS[key].choices
    first = bisect.bisect_left(choices, variation.low)
    inside = choices[first : bisect.bisect_right(choices, variation.high)]
    if len(inside) > MAX_GRID:
        # A seed has two billion values.
        return inside
    ends = (_typed(key, variation.low), _typed(key, variation.high))
    return tuple(sorted({*inside, *ends}))


def is_active(key: str, values: settings_table.Values) -> bool:
    """Whether a setting has an effect, given what those decided before it are."""
    if key not in LISTS:
        return settings_table.is_used(key, values)
    families = LISTS[key].families
    return not families or settings_table.family_of(values[KIND]) in families


def config_of(base: TrainingConfig, params: Params) -> TrainingConfig:
    """Return the recipe of a trial.

    Raises:
        ConfigError: If what is fixed and what it varies do not go together.
    """
    single = {key: value for key, value in params.items() if key not in LISTS}
    values = {**settings_table.values_of(base), **single}
    config = dataclasses.replace(
        settings_table.config_of(values, preset=base.preset, dataset=base.dataset),
        # Its control has whole percents only.
        validation_fraction=base.validation_fraction,
    )
    lists = {
        key: numbers_in(str(value)) for key, value in params.items() if key in LISTS
    }
    return flags.changed(config, lists) if lists else config


def numbers_in(text: str) -> tuple[int, ...]:
    """Read a list like "128,64".

    Raises:
        ConfigError: If it is none.
    """
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError as error:
        message = (
            f"Expected whole numbers separated by commas, like 128,64, got {text!r}."
        )
        raise ConfigError(message) from error


def num_points(space: SearchSpace) -> int:
    """Count the combinations at the steps of the controls, used or not."""
    return math.prod(len(points_of(key, each)) for key, each in space.ordered())


def grid(space: SearchSpace, base: TrainingConfig) -> tuple[Params, ...]:
    """List all combinations that can be trained, each once.

    What has no effect in a combination is left out of it.

    Raises:
        StudyError: If there are too many, or none can be trained.
    """
    points = {key: points_of(key, each) for key, each in space.ordered()}
    num = math.prod(map(len, points.values()))
    if num > MAX_GRID:
        message = (
            f"Expected a grid of at most {MAX_GRID:,} combinations, got {num:,}. Vary "
            "fewer settings or fewer values, or use another sampler."
        )
        raise StudyError(message)
    found: dict[tuple[tuple[str, Value], ...], Params] = {}
    for combination in product(*points.values()):
        active = active_params(base, dict(zip(points, combination, strict=True)))
        found[tuple(active.items())] = active
    problems = {each: _problem_of(base, params) for each, params in found.items()}
    if all(problems.values()):
        message = f"Expected combinations that can be trained. {problems.popitem()[1]}"
        raise StudyError(message)
    return tuple(params for each, params in found.items() if not problems[each])


def active_params(base: TrainingConfig, params: Params) -> Params:
    """Leave out what has no effect given the rest."""
    values, active = settings_table.values_of(base), {}
    for key, value in params.items():
        if is_active(key, values):
            active[key] = value
            values[key] = value
    return active


def _typed(key: str, value: float) -> Value:
    return int(value) if is_whole(key) else float(value)


def _problem_of(base: TrainingConfig, params: Params) -> str:
    """Say why a combination cannot be trained; empty if it can."""
    try:
        network_cost.check_fits(config_of(base, params))
    except ConfigError as error:
        return str(error)
    return ""
