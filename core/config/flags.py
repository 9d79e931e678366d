"""The settings of a training as flags of a terminal: `--epochs 8 --hidden 128,64`.

`core.cli` reads them, `core.handover.commands` writes them.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args

from core.config import presets
from core.config.described import is_part, item_settings, settings_of, type_of
from core.config.networks import FAMILIES, Network
from core.config.positions import PositionsSetting
from core.config.setting import Setting, SettingList, Value
from core.config.training import TrainingConfig
from core.errors import ConfigError

Given = Mapping[str, Value]
"""Values by the names of their flags, with underscores."""


@dataclass(frozen=True, kw_only=True)
class Flag:
    """A flag.

    Attributes:
        setting: What it sets.
        kind: The type of its value, or of each of the values of a list.
        choices: What it may be, if only some words are allowed.
        is_list: Whether it has several values, with commas between.
        families: The families of networks that have it; none if all have.
    """

    setting: Setting
    kind: type
    choices: Sequence[str] = ()
    is_list: bool = False
    families: frozenset[str] = frozenset()

    def help(self, name: str) -> str:
        """Say what it does, its range, and what it is in the presets."""
        setting, each = self.setting, "each" if self.is_list else ""
        limits = [setting.limits, setting.unit, each] if setting.limits else []
        parts = [" ".join(filter(None, limits)), self._defaults(name)]
        told = "; ".join(filter(None, parts))
        return f"{setting.help} ({told})"

    def _defaults(self, name: str) -> str:
        """Tell the first default of a preset, and those that differ."""
        found = {
            each.name: text_of(given[name])
            for each in presets.PRESETS
            if name in (given := values_by_flag(each.config))
        }
        if not found:
            return ""
        first, *_ = found.values()
        others = [f"{each} {text}" for each, text in found.items() if text != first]
        return ", ".join([f"default {first or 'none'}", *others])


def text_of(value: Value) -> str:
    """Write a value as its flag has it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def values_by_flag(config: TrainingConfig) -> dict[str, Value]:
    """List all values of a configuration under the names of their flags."""
    single = {
        name: getattr(config, name)
        for name, setting in settings_of(TrainingConfig).items()
        if setting.group or name == "dataset"
    }
    augmentation = dataclasses.asdict(config.augmentation)
    return {**single, **_values_in(config.network), **augmentation}


def changed(base: TrainingConfig, given: Given) -> TrainingConfig:
    """Change a configuration as the flags say.

    Args:
        base: What is meant where nothing is given: the recipe of a preset.
        given: The flags that were given.

    Raises:
        ConfigError: If a value is out of its range, or of another network.
    """
    _refuse_others(base, given)
    single = {
        name: given[name] for name in settings_of(TrainingConfig) if name in given
    }
    strengths = {
        name: given[name]
        for name in settings_of(type(base.augmentation))
        if name in given
    }
    return dataclasses.replace(
        base,
        network=_changed_network(base.network, given),
        augmentation=dataclasses.replace(base.augmentation, **strengths),
        **single,
    )


def _values_in(network: Network) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, setting in settings_of(type(network)).items():
        value = getattr(network, name)
        if not isinstance(setting, SettingList):
            found[setting.flag or name] = value
            continue
        for inner, item in item_settings(type(network), name).items():
            flag = _item_flag(setting, inner, item)
            found[flag] = tuple(
                getattr(each, inner) if inner else each for each in value
            )
    return found


def _changed_network(network: Network, given: Given) -> Network:
    changes: dict[str, Value] = {}
    for name, setting in settings_of(type(network)).items():
        if isinstance(setting, SettingList):
            flags = {
                inner: _item_flag(setting, inner, item)
                for inner, item in item_settings(type(network), name).items()
            }
            told = {part: given[flag] for part, flag in flags.items() if flag in given}
            if told:
                before = getattr(network, name)
                changes[name] = _changed_list(
                    before, told, flags=flags, item=setting.item
                )
        elif (setting.flag or name) in given:
            changes[name] = given[setting.flag or name]
    # All at once: what lies between may leave nothing of the image.
    return dataclasses.replace(network, **changes)


def _changed_list(
    before: Sequence[Value], told: Given, *, flags: Mapping[str, str], item: str
) -> tuple[Value, ...]:
    """Change the things of a list; those beyond the preset's are like its last one."""
    if "" in told:
        return tuple(told[""])
    lengths = [len(numbers) for numbers in told.values()]
    if len(set(lengths)) > 1:
        *most, last = (f"--{flag}" for flag in flags.values())
        message = (
            f"Expected the same number of values for {', '.join(most)} and {last}, got "
            f"{', '.join(map(str, lengths))}. Give one for each {item}."
        )
        raise ConfigError(message)
    kept = [*before, *[before[-1]] * lengths[0]][: lengths[0]]
    return tuple(
        dataclasses.replace(
            each, **{part: numbers[place] for part, numbers in told.items()}
        )
        for place, each in enumerate(kept)
    )


def _refuse_others(base: TrainingConfig, given: Given) -> None:
    """Refuse what belongs to another family of networks."""
    family = base.network.family
    for name in given:
        families = FLAGS[name].families
        if not families or family in families:
            continue
        other = next(
            each.name
            for each in presets.PRESETS
            if each.config.network.family in families
        )
        flag = name.replace("_", "-")
        message = (
            f"Expected flags of a {base.network.word} network for preset "
            f"{base.preset}, got --{flag}. Use it with another preset, for example "
            f"{other}."
        )
        raise ConfigError(message)


def _item_flag(listed: Setting, inner: str, item: Setting) -> str:
    return item.flag or inner or listed.flag


def _flag_of(setting: Setting, hint: Value, **more: Value) -> Flag:
    if isinstance(setting, PositionsSetting):
        return Flag(setting=setting, kind=int, is_list=True)
    choices = () if isinstance(hint, type) else get_args(hint)
    kind = hint if isinstance(hint, type) else str
    return Flag(setting=setting, kind=kind, choices=choices, **more)


def _flags_of(described: type) -> Iterator[tuple[str, Flag]]:
    for name, setting in settings_of(described).items():
        hint = type_of(described, name)
        if isinstance(setting, SettingList):
            for inner, item in item_settings(described, name).items():
                # Of a list of plain numbers, the list says what they are for.
                told = (
                    item
                    if inner
                    else dataclasses.replace(
                        item, title=setting.title, help=setting.help
                    )
                )
                flag = _item_flag(setting, inner, item)
                yield flag, Flag(setting=told, kind=int, is_list=True)
        elif setting.group:
            yield setting.flag or name, _flag_of(setting, hint)
        elif is_part(described, name):
            yield from _flags_of(hint)


def _all() -> dict[str, Flag]:
    found: dict[str, Flag] = {}
    for family, described in FAMILIES.items():
        for name, flag in _flags_of(described):
            before = found.get(name, flag)
            families = before.families | {family}
            found[name] = dataclasses.replace(before, families=families)
    for name, flag in found.items():
        if flag.families == frozenset(FAMILIES):
            found[name] = dataclasses.replace(flag, families=frozenset())
    single = dict(_flags_of(TrainingConfig))
    dataset = _flag_of(settings_of(TrainingConfig)["dataset"], str)
    return {"dataset": dataset, **found, **single}


FLAGS: Final[Mapping[str, Flag]] = _all()
"""Each flag of a training under its name, with underscores."""
