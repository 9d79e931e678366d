"""What the fields of a dataclass of settings say of themselves."""

import dataclasses
import functools
import inspect
import typing
from collections.abc import Mapping
from typing import Annotated, get_args

from core.config.setting import Hint, Setting, Value, origin_of


def settings_of(described: type) -> Mapping[str, Setting]:
    """List the settings of a dataclass by field, those that it inherits last."""
    return _settings_of(described)


def setting_of(described: type, name: str) -> Setting:
    """Return the description of a field, to use it again with another default."""
    return settings_of(described)[name]


@functools.cache
def _hints(described: type) -> Mapping[str, Hint]:
    return typing.get_type_hints(described, include_extras=True)


@functools.cache
def _settings_of(described: type) -> Mapping[str, Setting]:
    hints = _hints(described)
    fields = [field.name for field in dataclasses.fields(described)]
    own = inspect.get_annotations(described)
    return {
        name: setting
        for name in sorted(fields, key=lambda name: name not in own)
        if (setting := _setting_in(hints[name])) is not None
    }


def type_of(described: type, name: str) -> Hint:
    """Return the type of a field without its description."""
    hint = _hints(described)[name]
    return get_args(hint)[0] if origin_of(hint) is Annotated else hint


def item_settings(described: type, name: str) -> Mapping[str, Setting]:
    """List the settings of each thing in a list by field, or its own under ""."""
    item, _ = get_args(type_of(described, name))
    own = _setting_in(item)
    return settings_of(item) if own is None else {"": own}


def _setting_in(hint: Hint) -> Setting | None:
    if origin_of(hint) is not Annotated:
        return None
    return next(
        (each for each in get_args(hint)[1:] if isinstance(each, Setting)), None
    )


def default_of(described: type, name: str) -> Value:
    """Return what a field is where nothing else is said; it must have a default."""
    found = next(each for each in dataclasses.fields(described) if each.name == name)
    if found.default_factory is not dataclasses.MISSING:
        return found.default_factory()
    return found.default


def is_part(described: type, name: str) -> bool:
    """Whether a field is itself a dataclass of settings, like the augmentation."""
    return dataclasses.is_dataclass(type_of(described, name))
