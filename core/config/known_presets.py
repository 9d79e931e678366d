"""All presets: those that come with Inklab, and those of one's own."""

import dataclasses
from typing import Final

from core.config import own_presets, presets
from core.config.presets import Preset
from core.config.training import TrainingConfig
from core.errors import ConfigError, InklabError
from core.types import InkStyle

OWN_SUMMARY: Final = "A preset of your own."


def preset(name: str) -> Preset:
    """Return a preset by name.

    Raises:
        ConfigError: If there is none of that name.
        SchemaError: If it is one's own, and damaged or of a newer program.
        HomeError: If those of one's own cannot be read.
    """
    if is_bundled(name):
        return presets.preset(name)
    if not own_presets.exists(name):
        known = [*(each.name for each in presets.PRESETS), *own_presets.names()]
        message = f"Expected a preset of {', '.join(known)}, got {name!r}."
        raise ConfigError(message)
    return Preset(name=name, summary=OWN_SUMMARY, config=own_presets.load(name))


def find(name: str) -> Preset | None:
    """Return a preset by name; None if there is none any more, or it is damaged."""
    try:
        return preset(name)
    except InklabError:
        return None


def is_bundled(name: str) -> bool:
    """Whether a preset of that name comes with Inklab."""
    return any(each.name == name for each in presets.PRESETS)


def name_of(config: TrainingConfig, *, network: str, ink_style: InkStyle) -> str:
    """Name a run after its preset, or after its network if the recipe differs.

    Args:
        config: What will be trained.
        network: How its network is called, like 784-128-64-10.
        ink_style: Of its data set.
    """
    known = find(config.preset)
    if known is None:
        return network
    original = known.config_for(config.dataset, ink_style)
    same = dataclasses.replace(original, seed=config.seed) == config
    return config.preset if same else network
