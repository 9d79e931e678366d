"""A setting that is a set of images, by their positions among the training images.

In addresses and controls it is a text with commas, "5,17"; for people, how many there
are and the first of them.
"""

import re
from dataclasses import dataclass
from typing import Final

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from core.config.setting import Hint, Setting
from core.errors import ConfigError

Positions = tuple[int, ...]
"""Ascending, each once, from 0."""

MAX_POSITIONS: Final = 300
"""So that they fit into an address, and into the tag of a run that has its recipe."""

_MAX_DIGITS: Final = 9
_NUM_TOLD: Final = 3
_TEXT: Final = re.compile(rf"\d{{1,{_MAX_DIGITS}}}(,\d{{1,{_MAX_DIGITS}}})*", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class PositionsSetting(Setting):
    """A set of images; see above."""

    def text(self, value: object) -> str:
        """Write it for people: "12 images (5, 17, 203, ...)"."""
        positions = read(value) if isinstance(value, str) else value
        if not isinstance(positions, tuple) or not positions:
            return "none"
        first = ", ".join(f"{each:,}" for each in positions[:_NUM_TOLD])
        more = ", \u2026" if len(positions) > _NUM_TOLD else ""
        noun = "image" if len(positions) == 1 else "images"
        return f"{len(positions)} {noun} ({first}{more})"

    def __get_pydantic_core_schema__(
        self,
        source: Hint,
        handler: GetCoreSchemaHandler,
    ) -> CoreSchema:
        """Check that they are positions, and put them in order."""
        return core_schema.no_info_plain_validator_function(self._checked)

    def _checked(self, value: object) -> Positions:
        is_list = isinstance(value, list | tuple)
        numbers = tuple(value) if isinstance(value, list | tuple) else ()
        if not is_list or not all(
            type(each) is int and 0 <= each < 10**_MAX_DIGITS for each in numbers
        ):
            message = (
                f"Expected positions of training images from 0 as {self.name}, got "
                f"{str(value)[:60]!r}. Give whole numbers with commas between."
            )
            raise ConfigError(message)
        positions = tuple(sorted(set(numbers)))
        if len(positions) > MAX_POSITIONS:
            message = (
                f"Expected at most {MAX_POSITIONS} images as {self.name}, got "
                f"{len(positions):,}. Choose fewer."
            )
            raise ConfigError(message)
        return positions


def write(positions: Positions) -> str:
    """Write positions as an address has them; nothing if there are none."""
    return ",".join(map(str, positions))


def read(text: str) -> Positions | None:
    """Read what `write` wrote; None if it cannot be that."""
    if not text:
        return ()
    if not _TEXT.fullmatch(text):
        return None
    positions = tuple(sorted({int(each) for each in text.split(",")}))
    return positions if len(positions) <= MAX_POSITIONS else None
