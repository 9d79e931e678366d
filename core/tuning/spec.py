"""What a study is asked to do: a value that is written down as JSON.

It is what the storage keeps of a study, and what the page exports and the terminal
reads (`--space FILE`).
"""

import json
from typing import Annotated, Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
)

from core.config.recipe_field import RecipeField
from core.errors import ConfigError, SchemaError, StudyError
from core.tuning import space as spaces
from core.tuning import space_checks
from core.tuning.space import SearchSpace

SCHEMA: Final = 1
MAX_NAME: Final = 80
MAX_OBJECTIVES: Final = 2
MAX_TRIALS: Final = 5000
MAX_MINUTES: Final = 100_000
MAX_SEED: Final = 2**31 - 1
MAX_CHARACTERS: Final = 1_000_000
MAX_SHOWN: Final = 60

Objective = Literal["val_accuracy", "val_loss", "seconds", "parameters"]
Sampler = Literal["grid", "random", "tpe"]

TITLES: Final[dict[Objective, str]] = {
    "val_accuracy": "Validation accuracy",
    "val_loss": "Validation loss",
    "seconds": "Training time",
    "parameters": "Parameters",
}
MAXIMIZED: Final[frozenset[Objective]] = frozenset({"val_accuracy"})
PRUNABLE: Final[frozenset[Objective]] = frozenset({"val_accuracy", "val_loss"})


class StudySpec(BaseModel):
    """All that decides a study.

    Attributes:
        base: The recipe; what is not varied is as it says.
        space: What is varied.
        objectives: What is to be good: one, or two that are weighed against each
            other.
        sampler: How the next trial is chosen.
        prunes: Whether trials without promise end early; only with one objective
            that is measured after each epoch.
        num_trials: How many trials; None if only the time limits it.
        minutes: How long trials are begun; None if only their number limits it.
        seed: Of the sampler.
        fingerprint: Of the data set; empty until the study is made.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: RecipeField
    space: SearchSpace
    objectives: Annotated[
        tuple[Objective, ...], Field(min_length=1, max_length=MAX_OBJECTIVES)
    ] = ("val_accuracy",)
    sampler: Sampler = "tpe"
    prunes: bool = True
    num_trials: Annotated[int, Field(ge=1, le=MAX_TRIALS)] | None = 30
    minutes: Annotated[float, Field(gt=0, le=MAX_MINUTES)] | None = None
    seed: Annotated[int, Field(ge=0, le=MAX_SEED)] = 0
    fingerprint: str = ""

    @property
    def can_prune(self) -> bool:
        """Whether a trial can be judged before its end."""
        return len(self.objectives) == 1 and self.objectives[0] in PRUNABLE

    def to_json(self) -> str:
        """Write as JSON text with a schema number."""
        fields = self.model_dump(mode="json")
        return json.dumps({"schema": SCHEMA, **fields}, indent=2)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises:
            SchemaError: If it is something else, or of a newer program.
            ConfigError: If the recipe has an impossible value.
        """
        _check_size(text)
        try:
            fields = json.loads(text)
            schema = fields.pop("schema")
            if schema != SCHEMA:
                message = (
                    f"Expected a search space of schema {SCHEMA}, got {schema!r}. It "
                    "comes from another version of Inklab: use that one."
                )
                raise SchemaError(message)
            found = cls(**fields)
            _check_known(found.space)
        except ValidationError as error:
            # What is neither a range nor choices has errors as both.
            worst = max(error.errors(), key=lambda each: len(each["loc"]))
            where = ".".join(str(part)[:MAX_SHOWN] for part in worst["loc"])
            message = (
                f"Expected a search space, but {where}: {worst['msg']}. Export it "
                "again from Tune."
            )
            raise SchemaError(message) from error
        except (
            ValueError,
            AttributeError,
            KeyError,
            TypeError,
            RecursionError,
        ) as error:
            message = (
                "Expected a search space as JSON, as Tune exports it, got "
                f"{text[:MAX_SHOWN]!r}."
            )
            raise SchemaError(message) from error
        return found


def _check_size(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        message = (
            f"Expected a search space of at most {MAX_CHARACTERS:,} characters, got "
            f"{len(text):,}. Export it again from Tune."
        )
        raise SchemaError(message)


def _check_known(space: SearchSpace) -> None:
    unknown = sorted(set(space.varied) - set(spaces.VARIABLE))
    if unknown:
        message = (
            "Expected settings that this version knows, got "
            f"{', '.join(unknown)[:MAX_SHOWN]}. Use the version of Inklab that wrote "
            "it, or leave them out."
        )
        raise SchemaError(message)


def check(spec: StudySpec) -> None:
    """See that a study can be made of it.

    Raises:
        StudyError: If the space contradicts itself, or there is no end, or nothing
            to score trials by.
    """
    if spec.num_trials is None and spec.minutes is None and spec.sampler != "grid":
        message = (
            "Expected a number of trials, minutes, or both, got neither: the study "
            "would never end. Give one."
        )
        raise StudyError(message)
    if len(spec.objectives) > MAX_OBJECTIVES:
        message = (
            f"Expected at most {MAX_OBJECTIVES} objectives, got "
            f"{', '.join(spec.objectives)}. Leave some out."
        )
        raise StudyError(message)
    if len(set(spec.objectives)) < len(spec.objectives):
        message = (
            f"Expected two different objectives, got {spec.objectives[0]} twice. "
            "Choose another, or only one."
        )
        raise StudyError(message)
    if not spec.base.validation_fraction:
        message = (
            "Expected a validation split, by which trials are scored, got none. Set "
            "one: the test images choose nothing."
        )
        raise StudyError(message)
    try:
        space_checks.check(spec.space, spec.base)
    except ConfigError as error:
        raise StudyError(str(error)) from error
    if spec.sampler == "grid":
        spaces.grid(spec.space, spec.base)


def check_budget(*, num_trials: int | None, minutes: float | None) -> None:
    """See that a study can have so many trials and minutes.

    Args:
        num_trials: How many in all; None if only the time limits it.
        minutes: How many in all; None if only the number of trials limits it.

    Raises:
        StudyError: If it cannot.
    """
    for what, number, most in (
        ("trials", num_trials, MAX_TRIALS),
        ("minutes", minutes, MAX_MINUTES),
    ):
        if number is not None and not 0 < number <= most:
            message = (
                f"Expected at most {most:,} {what} in a study, got {number:,g} in all. "
                "Add fewer, or start another study."
            )
            raise StudyError(message)


def check_name(name: str) -> str:
    """Return the name of a study without spaces at its ends.

    Raises:
        StudyError: If it is none, or not one line, or too long.
    """
    name = name.strip()
    if 0 < len(name) <= MAX_NAME and name.isprintable():
        return name
    message = (
        f"Expected a name of 1 to {MAX_NAME} characters in one line, got "
        f"{name[:MAX_NAME]!r}. Choose another."
    )
    raise StudyError(message)
