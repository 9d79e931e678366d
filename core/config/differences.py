"""Where configurations differ."""

import functools
from collections.abc import Mapping, Sequence

from core.config.controls import first_of_title
from core.config.recipe import Recipe


def differing_settings(
    configs: Sequence[Recipe],
) -> Mapping[str, tuple[str, ...]]:
    """List the settings in which some configurations differ.

    Args:
        configs: Any number of them.

    Returns:
        For each such setting, by the name that `Recipe.flat` gives it, its
        value in each configuration; empty where a network has no such setting.
    """
    flat = [_flat(config) for config in configs]
    names = dict.fromkeys(name for each in flat for name in each)
    values = {name: tuple(each.get(name, "") for each in flat) for name in names}
    return {name: each for name, each in values.items() if len(set(each)) > 1}


def differing_titles(configs: Sequence[Recipe]) -> Mapping[str, tuple[str, ...]]:
    """List the same with settings of one title as one; see `first_of_title`.

    Args:
        configs: Any number of them.

    Returns:
        What `differing_settings` does, with one name for each title.
    """
    merged: dict[str, tuple[str, ...]] = {}
    for name, values in differing_settings(configs).items():
        first = first_of_title(name)
        others = merged.get(first, values)
        # A network has one setting of a title at most: the other one is empty.
        merged[first] = tuple(map(max, others, values))
    return {name: each for name, each in merged.items() if len(set(each)) > 1}


@functools.lru_cache(maxsize=4096)
def _flat(config: Recipe) -> Mapping[str, str]:
    """List the values of a recipe, which many runs have and every look asks for."""
    return config.flat()
