"""Presets of one's own: recipes under a name, each a file in the home.

`presets/NAME.json` has the configuration as a run has it. A file that cannot be read is
told and left alone. What stands in the name of a preset that was deleted stays valid:
recipes and addresses say all of their settings themselves.
"""

import contextlib
import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core import settings
from core.config import presets
from core.config.training import TrainingConfig
from core.errors import ConfigError, HomeError, InklabError
from core.files import creating_file

MAX_NAME: Final = 40
FOLDER: Final = "presets"

_NAME: Final = re.compile(r"[^\W_](?:[\w .+-]*[\w+-])?")
_ENDING: Final = ".json"


@dataclass(frozen=True, kw_only=True)
class OwnPresets:
    """What there is.

    Attributes:
        names: Of those that can be used, in alphabetical order.
        problems: What is wrong with each of the others.
    """

    names: tuple[str, ...]
    problems: tuple[str, ...]


@settings.changes
def save(name: str, config: TrainingConfig, *, replaces: bool = False) -> str:
    """Keep a recipe under a name, and return the name without spaces at its ends.

    Args:
        name: What to call it.
        config: The recipe.
        replaces: Whether one of this name may be overwritten.

    Raises:
        ConfigError: If it cannot have that name, or there is one.
        ReadOnlyError: If nothing may be changed here.
        HomeError: If it cannot be written.
    """
    name = check_name(name)
    same = [each for each in _names() if each.casefold() == name.casefold()]
    if same and not (replaces and same == [name]):
        message = (
            f"Expected a name that none of your presets has, got {name!r}: there is "
            f"{same[0]}. Choose another, or delete that one first."
        )
        raise ConfigError(message)
    text = dataclasses.replace(config, preset=name).to_json()
    with _changing() as place, creating_file(place / f"{name}{_ENDING}") as path:
        path.write_text(text, encoding="utf-8")
    return name


@settings.changes
def delete(name: str) -> None:
    """Delete a preset of one's own; nothing happens if there is none.

    Raises:
        ConfigError: If nothing of one's own can have that name.
        ReadOnlyError: If nothing may be changed here.
        HomeError: If it cannot be deleted.
    """
    name = check_name(name)
    with _changing() as place:
        (place / f"{name}{_ENDING}").unlink(missing_ok=True)


def names() -> tuple[str, ...]:
    """Return the names of those that can be used, in alphabetical order."""
    return found().names


def found() -> OwnPresets:
    """Read all there are; what cannot be read is told and left out."""
    good, problems = [], []
    for name in _names():
        try:
            load(name)
        except InklabError as error:
            reason = str(error).replace(" The record of this run is damaged.", "")
            problems.append(
                f"Your preset {name} was left out. {reason} Its file is "
                f"{folder() / name}{_ENDING}: remove it, or save the preset again."
            )
        else:
            good.append(name)
    return OwnPresets(names=tuple(good), problems=tuple(problems))


def exists(name: str) -> bool:
    """Whether there is one of that name, whether or not it can be used."""
    return name in _names()


def load(name: str) -> TrainingConfig:
    """Return the recipe of a preset of one's own.

    Raises:
        ConfigError: If there is none, or a value of it is out of its range.
        SchemaError: If it is damaged, or of a newer program.
        HomeError: If it cannot be read.
    """
    name = check_name(name)
    path = folder() / f"{name}{_ENDING}"
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError as error:
        known = ", ".join(_names()) or "none"
        message = (
            f"Expected one of your presets ({known}), got {name!r}. It was deleted, or "
            "is in another home."
        )
        raise ConfigError(message) from error
    except OSError as error:
        message = f"Expected a file that can be read, got {path} ({error.strerror})."
        raise HomeError(message) from error
    return dataclasses.replace(TrainingConfig.from_json(text), preset=name)


def check_name(name: str) -> str:
    """Return a name for a preset of one's own without spaces at its ends.

    Raises:
        ConfigError: If it is too long, has other characters, or is that of a preset
            that comes with Inklab.
    """
    name = name.strip()
    if len(name) > MAX_NAME or not _NAME.fullmatch(name):
        message = (
            f"Expected a name of 1 to {MAX_NAME} letters, digits, spaces and . + - _ "
            f"after a letter or digit, got {name[: MAX_NAME + 1]!r}. Choose another."
        )
        raise ConfigError(message)
    if name.casefold() in {each.name.casefold() for each in presets.PRESETS}:
        message = (
            f"Expected a name that no preset of Inklab has, got {name!r}. Choose "
            "another."
        )
        raise ConfigError(message)
    return name


def folder() -> Path:
    """Return where they are kept; it need not exist."""
    return settings.home() / FOLDER


@contextlib.contextmanager
def _changing() -> Iterator[Path]:
    """Give the folder to whatever changes it.

    Raises:
        HomeError: If it cannot be changed.
    """
    place = folder()
    try:
        place.mkdir(exist_ok=True)
        yield place
    except OSError as error:
        message = (
            f"Expected a folder that can be written, got {place} ({error.strerror}). "
            "Make it writable, or set INKLAB_HOME to another folder."
        )
        raise HomeError(message) from error


def _names() -> list[str]:
    """List the files by name, whether or not they can be read."""
    try:
        files = [each.name for each in folder().iterdir()]
    except FileNotFoundError:
        return []
    except OSError as error:
        message = (
            f"Expected a folder of presets that can be read, got {folder()} "
            f"({error.strerror}). Make it readable, or remove it."
        )
        raise HomeError(message) from error
    stems = (each.removesuffix(_ENDING) for each in files if each.endswith(_ENDING))
    return sorted(filter(_NAME.fullmatch, stems), key=str.casefold)
