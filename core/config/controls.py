"""What can be chosen of a training: a control for each setting, from its description.

A list, such as the layers of a network, has a control for how many there are and
numbered ones for each.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.config.described import is_part, item_settings, settings_of, type_of
from core.config.networks import FAMILIES
from core.config.setting import Group, Setting, SettingList, Value
from core.config.training import TrainingConfig

KIND: Final = "kind"
ORDINALS: Final = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth")


@dataclass(frozen=True, kw_only=True)
class Control:
    """A setting where it can be chosen.

    Attributes:
        title: What it is called; a numbered one says of which thing it is.
        setting: Its description.
        families: The families of networks that have it; none if it is of no network.
        counted_by: The key of the control that says how many there are, and which of
            them this one is of; None unless it is numbered.
        needs: The key of the control that decides whether it has an effect, if any.
    """

    title: str
    setting: Setting
    families: frozenset[str] = frozenset()
    counted_by: tuple[str, int] | None = None
    needs: str = ""

    @property
    def group(self) -> Group | str:
        """Under which heading it stands."""
        return self.setting.group

    @property
    def choices(self) -> Sequence[Value]:
        """All that it may be; a range of numbers is chosen with a slider."""
        return self.setting.choices

    @property
    def is_switch(self) -> bool:
        """Whether it is either on or off."""
        return set(map(type, self.choices[:2])) == {bool}

    @property
    def is_number(self) -> bool:
        """Whether it may be any number within limits, also between its choices."""
        return self.setting.low is not None

    @property
    def is_whole(self) -> bool:
        """Whether it is a whole number."""
        return isinstance(self.choices[0], int) and not self.setting.is_percent

    @property
    def limits(self) -> tuple[float, float]:
        """The lowest and the highest that a number may be, as it is chosen."""
        factor = 100 if self.setting.is_percent else 1
        return (self.setting.low or 0) * factor, (self.setting.high or 0) * factor

    def number(self, value: float) -> Value | None:
        """Return a number as it is chosen; None if it cannot be that."""
        low, high = self.limits
        if not low <= value <= high or (self.is_whole and value != int(value)):
            return None
        is_plain = isinstance(self.choices[0], int) and value == int(value)
        return int(value) if is_plain else float(value)

    def choices_with(self, *values: Value) -> Sequence[Value]:
        """Return its choices and some values that may lie between or beyond them."""
        more = {value for value in values if value not in self.choices}
        if not more:
            return self.choices
        if isinstance(self.choices, range) and self.choices.step == 1 and self.is_whole:
            low, high = min(self.choices[0], *more), max(self.choices[-1], *more)
            return range(low, high + 1)
        return sorted({*self.choices, *more})

    @property
    def number_format(self) -> str:
        """How a slider writes a whole number, in the way of printf."""
        unit = "%%" if self.setting.is_percent else self.setting.unit
        return f"%d {unit}".rstrip()

    def text(self, value: object) -> str:
        """Write a value for people."""
        return f"{value} %" if self.setting.is_percent else self.setting.text(value)


def key_of(name: str, setting: Setting) -> str:
    """Return the key of the control of a field."""
    return setting.key or name


def item_key(listed: SettingList, name: str, setting: Setting, number: int) -> str:
    """Return the key of the control of one thing in a list, numbered from 0."""
    return f"{listed.item_key}{key_of(name, setting)}_{number}"


def max_items(listed: SettingList) -> int:
    """Return how many there are at most in a list."""
    return int(listed.high or 0)


def _controls(described: type, family: str = "") -> Iterator[tuple[str, Control]]:
    settings = settings_of(described)
    families = frozenset({family} if family else ())
    for name, setting in settings.items():
        key = key_of(name, setting)
        if setting.group:
            needed = setting.used_if[0] if setting.used_if else ""
            needs = key_of(needed, settings[needed]) if needed else ""
            yield (
                key,
                Control(
                    title=setting.title,
                    setting=setting,
                    families=families,
                    needs=needs,
                ),
            )
        elif is_part(described, name):
            yield from _controls(type_of(described, name))
        if not isinstance(setting, SettingList):
            continue
        for number in range(max_items(setting)):
            for inner, item in item_settings(described, name).items():
                title = (
                    f"{ORDINALS[number]} {setting.item}, {item.in_list or item.name}"
                )
                yield (
                    item_key(setting, inner, item, number),
                    Control(
                        title=title,
                        setting=item,
                        families=families,
                        counted_by=(key, number),
                    ),
                )


def _of_networks() -> dict[str, Control]:
    """List the settings of all families; those that several have stand there once."""
    words = tuple(family.word for family in FAMILIES.values())
    kind = Setting(
        title="Network type",
        help="Dense layers see all pixels at once. Convolutions detect the same small "
        "patterns anywhere in the image; a residual network is a deeper one, with "
        "shortcuts around its blocks.",
        group="Network",
        choices=words,
    )
    found = {KIND: Control(title=kind.title, setting=kind)}
    for name, family in FAMILIES.items():
        for key, control in _controls(family, name):
            before = found.get(key, control)
            families = before.families | control.families
            found[key] = dataclasses.replace(before, families=families)
    # What one family has comes first, as in a network: blocks, then dense layers.
    return dict(sorted(found.items(), key=lambda item: len(item[1].families)))


def _all() -> dict[str, Control]:
    training = dict(_controls(TrainingConfig))
    return {"epochs": training["epochs"], **_of_networks(), **training}


SETTINGS: Final[Mapping[str, Control]] = _all()
"""What can be set, each under its key."""


def _by_name() -> Iterator[tuple[str, Setting]]:
    for name, setting in settings_of(TrainingConfig).items():
        yield name, setting
        if is_part(TrainingConfig, name):
            for inner, each in settings_of(type_of(TrainingConfig, name)).items():
                yield f"{name}.{inner}", each
    for family in FAMILIES.values():
        for name, setting in settings_of(family).items():
            yield f"network.{name}", setting
    yield "network.kind", SETTINGS[KIND].setting
    yield "network.members", Setting(title="Members")


_BY_NAME: Final = dict(_by_name())
_FIRST_OF_TITLE: Final = {
    setting.title_with_unit: name for name, setting in reversed(_BY_NAME.items())
}


def title_of(name: str) -> str:
    """Return the title, with its unit, of a setting that `Recipe.flat` lists."""
    return _BY_NAME[name].title_with_unit


def in_sentence(name: str) -> str:
    """Return the title of the same within a sentence, like "learning rate"."""
    return _BY_NAME[name].name


def first_of_title(name: str) -> str:
    """Return the first setting that has the title of this one.

    Network types have some settings of one title under names of their own, such as
    the hidden layers of a dense and of a convolutional network.
    """
    return _FIRST_OF_TITLE[title_of(name)]
