"""One setting of a recipe, described once, beside its field.

    epochs: Annotated[int, Setting(title="Epochs", help="...", low=1, high=500)] = 10

Everything else follows from the description: what is refused and in which words,
the control on Train and its place in the address, the flag in the terminal with
its help, the name in tables and on the card, and whether a change of it needs the
training loop to be compiled anew. docs/adding-a-setting.md shows it with an example.
"""

import dataclasses
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import UnionType
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import ConfigDict, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, core_schema

from core.errors import ConfigError

CHECKED: Final = ConfigDict(extra="forbid")
"""How pydantic checks a dataclass of settings: nothing that is not described."""

Value = Any
"""What a setting is: a number, a word, a switch, or a list of such."""

Hint = Any
"""An annotation, as `typing` gives it."""

Group = Literal["Basic", "Network", "Optimizer", "Augmentation", "Validation"]
"""Under which heading a setting stands, on Train and in the help of the terminal."""

_STRICT: Final = ("int", "float", "bool", "str")


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What there is to say of a setting.

    Attributes:
        title: The field's word for it.
        help: What it does, in a sentence or two.
        group: Under which heading it stands; empty for what has no control.
        unit: Of its value, like "px"; empty if it has none.
        low: The lowest value of a number.
        high: The highest value of a number.
        choices: What its control offers; a range of numbers is chosen with a slider.
        is_off_at_zero: Whether 0 switches it off.
        is_logarithmic: Whether a range of it is searched by factors, not by steps.
        is_percent: Whether its control shows a share as percent.
        is_compiled: Whether the compiled loop depends on it. Say False only of what
            the loop never sees: forgetting that costs a compilation, while the other
            mistake would train with another value.
        used_if: The name of another setting, and what must be true of its value for
            this one to have an effect.
        key: The name of its control in addresses, if not that of the field.
        flag: The name of its flag in the terminal, if not that of the field.
        in_list: Its title in a numbered list, if not `title`.
        words: How choices are told to people that are written otherwise.
    """

    title: str
    help: str = ""
    group: Group | Literal[""] = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: Sequence[Any] = ()
    is_off_at_zero: bool = False
    is_logarithmic: bool = False
    is_percent: bool = False
    is_compiled: bool = True
    used_if: tuple[str, Callable[[Any], bool]] | None = None
    key: str = ""
    flag: str = ""
    in_list: str = ""
    words: Mapping[Any, str] = field(default_factory=dict)

    @property
    def title_with_unit(self) -> str:
        """The title as the head of a column, like "Shift (px)"."""
        return f"{self.title} ({self.unit})" if self.unit else self.title

    @property
    def limits(self) -> str:
        """The range of a number, like "1 to 500"; empty if it is none."""
        if self.low is None or self.high is None:
            return ""
        return f"{self.low:,} to {self.high:,}"

    def text(self, value: object) -> str:
        """Write a value for people, as its control has it."""
        if isinstance(value, bool):
            return "on" if value else "off"
        if self.is_off_at_zero and not value:
            return "off"
        plain = exact(value) if isinstance(value, float) else str(value)
        plain = self.words.get(value, plain)
        joint = "" if self.unit in {"", "\u00b0"} else " "
        return f"{plain}{joint}{self.unit}"

    def __get_pydantic_core_schema__(
        self, source: Hint, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check the kind and the range of the values of the field."""
        checked = self._schema(source, handler)
        expected = self._expected(source)

        def check(value: Value, inner: Callable[[Value], Value]) -> Value:
            try:
                return inner(value)
            except ValidationError as error:
                raise self._complaint(value, expected, error) from error

        return core_schema.no_info_wrap_validator_function(check, checked)

    def _schema(self, source: Hint, handler: GetCoreSchemaHandler) -> CoreSchema:
        if origin_of(source) is not tuple and (
            dataclasses.is_dataclass(source) or isinstance(source, UnionType)
        ):
            parts = get_args(source) or (source,)
            return core_schema.is_instance_schema(parts)
        schema: dict[str, Any] = {**handler(source)}
        if schema["type"] in _STRICT:
            schema["strict"] = True
        if self.low is not None and schema["type"] in {"int", "float"}:
            schema |= {"ge": self.low, "le": self.high}
        return typing.cast("CoreSchema", schema)

    @property
    def name(self) -> str:
        """The title as it stands within a sentence."""
        return self.title[0].lower() + self.title[1:]

    def _expected(self, source: Hint) -> str:
        """Say what kind of value is expected of a field of this type."""
        if origin_of(source) is Literal:
            return f"one of {', '.join(map(str, get_args(source)))}"
        words = {int: "a whole number", float: "a number", bool: "true or false"}
        words |= {str: "a name"}
        parts = get_args(source) or (source,)
        return words.get(source) or " or ".join(part.__name__ for part in parts)

    def _complaint(
        self, value: object, expected: str, error: ValidationError
    ) -> ConfigError:
        kinds = {each["type"] for each in error.errors()}
        if kinds & {"greater_than_equal", "less_than_equal"}:
            return ConfigError(
                f"Expected {self.name} from {self.limits}, got {value:,}."
            )
        return ConfigError(f"Expected {expected} as {self.name}, got {value!r}.")


@dataclass(frozen=True, kw_only=True)
class SettingList(Setting):
    """A list of things that have settings each, such as the layers of a network.

    Its control is how many there are; each thing has controls of its own, numbered,
    and in the terminal one flag has the values of all: `--hidden 128,64`.

    Attributes:
        item: What there are several of, like "layer".
        new: What is added when there shall be more.
        item_key: Stands before the keys of the controls of each thing.
    """

    item: str
    new: Any
    item_key: str = ""

    def __get_pydantic_core_schema__(
        self, source: Hint, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Check how many there are; each is checked by its own description."""
        inner = super().__get_pydantic_core_schema__(source, handler)
        return core_schema.no_info_after_validator_function(self._checked, inner)

    def _expected(self, _: Hint) -> str:
        things = "whole numbers" if isinstance(self.new, int) else f"{self.item}s"
        return f"a list of {things}"

    def _checked(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        if self.low is None or self.high is None:
            return values
        if not self.low <= len(values) <= self.high:
            message = f"Expected {self.limits} {self.name}, got {len(values)}."
            raise ConfigError(message)
        return values


def exact(value: float) -> str:
    """Write a number so that it is read back as it is, as short as most are."""
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def origin_of(hint: object) -> object:
    """Return what an annotation is made of, like tuple or Literal; None if nothing."""
    return get_origin(hint)
