"""A recipe as an address has it: `lenet~epochs~20`, its preset and what differs.

A preset of one's own is only named: what differs is told from the default preset, so
the address says the same after that one was changed or deleted, and elsewhere.
"""

from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from core.config import known_presets, presets, settings_table
from core.config.controls import SETTINGS
from core.config.settings_table import Values
from core.types import InkStyle

MAX_NAME: Final = 200
"""Of a preset; a longer one is no name."""

_MARK: Final = "~"


def original_values(preset: str, ink_style: InkStyle) -> Values:
    """Return what each setting is in a preset for data sets of an ink style.

    Args:
        preset: Its name; the default one is meant if there is none of that name.
        ink_style: Of the data set.
    """
    found = known_presets.find(preset) or presets.preset(presets.DEFAULT)
    config = found.config_for(found.config.dataset, ink_style)
    return settings_table.values_of(config)


def write(values: Values, *, preset: str, ink_style: InkStyle) -> str:
    """Write a recipe.

    Args:
        values: A value for each key of `SETTINGS`.
        preset: Name of the preset that it started from; it need not exist.
        ink_style: Of its data set.
    """
    base = original_values(_base(preset), ink_style)
    changes = [
        part
        for key in differing(values, base)
        for part in (key, settings_table.write(values[key]))
    ]
    if not changes and not known_presets.is_bundled(preset):
        # Its name alone would mean the preset as it is when somebody reads it.
        changes = [""]
    return _MARK.join([_escaped(preset), *changes])


def read(written: str, ink_style: InkStyle) -> tuple[str, Values]:
    """Read the preset and all values; what cannot be is as in the preset.

    Args:
        written: What `write` wrote, or somebody else.
        ink_style: Of the data set.
    """
    name, *changes = written.split(_MARK)
    preset = unquote(name) if len(name) <= MAX_NAME else presets.DEFAULT
    base = _base(preset) if changes else preset
    values = dict(original_values(base, ink_style))
    for key, text in zip(changes[::2], changes[1::2], strict=False):
        value = settings_table.read(key, text) if key in SETTINGS else None
        if value is not None:
            values[key] = value
    return preset, values


def differing(values: Values, original: Values) -> tuple[str, ...]:
    """List the settings in use that are other than they were."""
    return tuple(_differing(values, original))


def _differing(values: Values, original: Values) -> Iterator[str]:
    for key in SETTINGS:
        if values[key] != original[key] and settings_table.is_used(key, values):
            yield key


def _base(preset: str) -> str:
    """Return the preset from which the differences are told."""
    return preset if known_presets.is_bundled(preset) else presets.DEFAULT


def _escaped(name: str) -> str:
    return name.replace("%", "%25").replace(_MARK, "%7E")
