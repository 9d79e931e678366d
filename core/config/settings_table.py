"""All settings of a training as one flat table of values, and as an address.

A page shows a control for each; `values_of` and `config_of` go to and from the
configuration, so that what is shown is what is trained.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from core.config import positions
from core.config.controls import KIND, SETTINGS, item_key, key_of, max_items
from core.config.described import (
    default_of,
    is_part,
    item_settings,
    settings_of,
    type_of,
)
from core.config.networks import FAMILIES, Network
from core.config.positions import PositionsSetting
from core.config.setting import Setting, SettingList, Value, exact
from core.config.training import TrainingConfig
from core.errors import ConfigError

Values = Mapping[str, Value]

# Python would take a moment to read a number of thousands of digits.
_NUMBER: Final = re.compile(r"-?\d{1,20}(\.\d{1,20})?(e[-+]?\d{1,3})?", re.ASCII)


def values_of(config: TrainingConfig) -> dict[str, Value]:
    """Say what each setting is in a configuration; what it lacks has a default."""
    values = {KIND: config.network.word}
    for family in FAMILIES.values():
        values |= _values_in(family())
    return values | _values_in(config.network) | _values_in(config)


def config_of(values: Values, *, preset: str, dataset: str) -> TrainingConfig:
    """Make the configuration that the settings say; what is not used has its default.

    Args:
        values: A value for each key of `SETTINGS`.
        preset: The preset that they started from.
        dataset: Name of the data set.

    Raises:
        ConfigError: If they do not go together, for example when the
            convolutions leave nothing of the image.
    """
    network = _family(values[KIND])
    return TrainingConfig(
        preset=preset,
        dataset=dataset,
        network=network(**_arguments(network, values)),
        **_arguments(TrainingConfig, values),
    )


def is_used(key: str, values: Values) -> bool:
    """Tell whether a setting has an effect, given what the others are."""
    control = SETTINGS[key]
    if not is_of_network(key, values):
        return False
    if control.counted_by is not None:
        count, number = control.counted_by
        return number < int(values[count])
    return not control.needs or _is_met(control.setting, values[control.needs])


def is_of_network(key: str, values: Values) -> bool:
    """Tell whether the chosen type of network has a setting, or it is of no network."""
    families = SETTINGS[key].families
    return not families or _family(values[KIND]).family in families


def family_of(word: str) -> str:
    """Return the short name of a family of networks from what the control says."""
    return _family(word).family


def write(value: object) -> str:
    """Write a value as an address has it."""
    if isinstance(value, bool):
        return str(value).lower()
    return exact(value) if isinstance(value, float) else str(value)


def read(key: str, written: str) -> Value | None:
    """Read a value as an address has it; None if the setting cannot be that.

    A number may lie between the choices of its control, within its limits.
    """
    control = SETTINGS[key]
    if isinstance(control.setting, PositionsSetting):
        found = positions.read(written)
        return None if found is None else positions.write(found)
    if not control.is_number:
        return {write(choice): choice for choice in control.choices}.get(written)
    return control.number(float(written)) if _NUMBER.fullmatch(written) else None


def _family(word: str) -> type[Network]:
    return next(each for each in FAMILIES.values() if each.word == word)


def _is_met(setting: Setting, needed: object) -> bool:
    return setting.used_if is None or setting.used_if[1](needed)


def _values_in(part: Value) -> dict[str, Value]:
    """Read the values of a dataclass of settings under the keys of their controls."""
    values: dict[str, Value] = {}
    for name, setting in settings_of(type(part)).items():
        value = getattr(part, name)
        if isinstance(setting, SettingList):
            values[key_of(name, setting)] = len(value)
            more = [setting.new] * (max_items(setting) - len(value))
            for number, each in enumerate((*value, *more)):
                for inner, described in item_settings(type(part), name).items():
                    key = item_key(setting, inner, described, number)
                    values[key] = getattr(each, inner) if inner else each
        elif setting.group:
            values[key_of(name, setting)] = _shown(value, setting)
        elif is_part(type(part), name):
            values |= _values_in(value)
    return values


def _arguments(described: type, values: Values) -> dict[str, Value]:
    """Gather what a dataclass of settings is made of, as the controls say."""
    found: dict[str, Value] = {}
    for name, setting in settings_of(described).items():
        key = key_of(name, setting)
        if isinstance(setting, SettingList):
            found[name] = tuple(
                _item(described, name, setting, values, number)
                for number in range(values[key])
            )
        elif setting.group and is_used(key, values):
            found[name] = _meant(values[key], setting)
        elif setting.group:
            found[name] = default_of(described, name)
        elif is_part(described, name):
            part = type_of(described, name)
            found[name] = part(**_arguments(part, values))
    return found


def _item(
    described: type, name: str, listed: SettingList, values: Values, number: int
) -> Value:
    parts = {
        inner: values[item_key(listed, inner, setting, number)]
        for inner, setting in item_settings(described, name).items()
    }
    return parts[""] if "" in parts else type(listed.new)(**parts)


def _shown(value: Value, setting: Setting) -> Value:
    """Return a value as its control has it."""
    if isinstance(setting, PositionsSetting):
        return positions.write(value)
    return _percent(value) if setting.is_percent else value


def _meant(value: Value, setting: Setting) -> Value:
    """Return what a control means.

    Raises:
        ConfigError: If it is a text that says no positions.
    """
    if isinstance(setting, PositionsSetting):
        found = positions.read(value)
        if found is None:
            message = (
                f"Expected at most {positions.MAX_POSITIONS} positions with commas "
                f"between as {setting.name}, got {value[:60]!r}. Choose other images."
            )
            raise ConfigError(message)
        return found
    return _share(value) if setting.is_percent else value


def _percent(share: float) -> float:
    """Return a share as percent, by its decimal digits: 0.137 is 13.7."""
    percent = Decimal(repr(share)) * 100
    return int(percent) if percent == int(percent) else float(percent)


def _share(percent: float) -> float:
    return float(Decimal(repr(percent)) / 100)
