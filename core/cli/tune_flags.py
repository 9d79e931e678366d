"""What the commands about studies take, and the study that the flags describe."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final, get_args

from core.cli import flags
from core.config import TrainingConfig
from core.config import flags as recipe_flags
from core.config.controls import SETTINGS
from core.config.setting import Value
from core.errors import ConfigError, StudyError
from core.tuning import space as spaces
from core.tuning import space_checks
from core.tuning import spec as specs
from core.tuning.space import Choices, Range, SearchSpace, Variation
from core.tuning.spec import Objective, Sampler, StudySpec

_SWITCHES: Final = {
    **dict.fromkeys(("on", "true", "yes"), True),
    **dict.fromkeys(("off", "false", "no"), False),
}


def add_to(parser: argparse.ArgumentParser) -> None:
    """Take what a new study needs: what is varied, how, and what is fixed."""
    add = parser.add_argument_group("the search").add_argument
    add(
        "--vary",
        action="append",
        default=[],
        metavar="SETTING=VALUES",
        help="what to vary: a range like learning_rate=0.0003:0.01, or choices like "
        "'hidden=64|128,64'; once for each setting",
    )
    add("--space", type=Path, metavar="FILE", help="a study as Tune exports it")
    add(
        "--objective",
        action="append",
        choices=get_args(Objective),
        help="what is to be good; twice for two that are weighed against each other "
        "(default val_accuracy)",
    )
    add("--sampler", choices=get_args(Sampler), help="default tpe")
    add(
        "--no-prune",
        action="store_true",
        help="train every trial to its end, also one without promise",
    )
    add("--trials", type=int, metavar="N", help="how many trials (default 30)")
    add("--minutes", type=float, metavar="M", help="how long trials are begun")
    add(
        "--seed",
        dest="study_seed",
        type=int,
        metavar="N",
        help="chooses the trials; each is trained with --training-seed (default 0)",
    )
    add("--name", help="what to call the study")
    flags.add_to(parser, renamed={"seed": "training_seed"})


def spec_of(options: argparse.Namespace) -> StudySpec:
    """Make the study that the flags describe.

    Raises:
        StudyError: If what is to be varied cannot be read.
        SchemaError: If the file is none of a study.
        ConfigError: If the recipe is impossible.
    """
    for flag, value, low, high in (
        ("--trials", options.trials, 1, specs.MAX_TRIALS),
        ("--minutes", options.minutes, 0.01, specs.MAX_MINUTES),
        ("--seed", options.study_seed, 0, specs.MAX_SEED),
    ):
        if value is not None and not low <= value <= high:
            message = f"Expected {low} to {high:,} for {flag}, got {value}. Change it."
            raise StudyError(message)
    given = {
        "objectives": tuple(options.objective) if options.objective else None,
        "sampler": options.sampler,
        "prunes": False if options.no_prune else None,
        "seed": options.study_seed,
        "num_trials": options.trials,
        "minutes": options.minutes,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    varied = variations(options.vary)
    if options.space is None:
        base = flags.config_of(options)
        spec = StudySpec(base=base, space=SearchSpace(varied=varied))
        if options.minutes is not None or options.sampler == "grid":
            changes.setdefault("num_trials", None)
    else:
        spec = _read(options.space)
        both = SearchSpace(varied={**spec.space.varied, **varied})
        changes |= {"base": _changed(spec.base, options), "space": both}
    return spec.model_copy(update=changes)


def variations(texts: Sequence[str]) -> dict[str, Variation]:
    """Read what is to be varied.

    Raises:
        StudyError: If one cannot be read, or a setting is told twice.
    """
    found: dict[str, Variation] = {}
    for text in texts:
        name, _, values = text.partition("=")
        key = name.strip().removeprefix("--").replace("-", "_")
        if key in found:
            message = (
                f"Expected each setting once, got {key} twice. Give all its values "
                f"with one --vary, like '{key}={values}|...'."
            )
            raise StudyError(message)
        found[key] = _variation(key, values, text)
    return found


def _variation(key: str, values: str, text: str) -> Variation:
    if key not in spaces.VARIABLE:
        raise space_checks.unknown(key)
    if "|" in values:
        return _choices(key, values.split("|"))
    low, colon, high = values.partition(":")
    if colon:
        return Range(low=_number(key, low), high=_number(key, high))
    flag = key.replace("_", "-")
    remedy = f"; or fix it with --{flag}" if key in recipe_flags.FLAGS else ""
    message = (
        f"Expected a range like {key}=LOW:HIGH or choices like '{key}=A|B', got "
        f"{text!r}. Give more values{remedy}."
    )
    raise StudyError(message)


def _choices(key: str, texts: Sequence[str]) -> Choices:
    if len(texts) > spaces.MAX_CHOICES:
        message = (
            f"Expected at most {spaces.MAX_CHOICES} values of {key}, got {len(texts)}. "
            "Give fewer, or a range."
        )
        raise StudyError(message)
    return Choices(values=tuple(value_of(key, text) for text in texts))


def value_of(key: str, text: str) -> Value:
    """Read a value of a setting as its kind says.

    Raises:
        StudyError: If it is none.
    """
    text = text.strip()
    if spaces.is_number(key):
        return _number(key, text)
    if key in SETTINGS and SETTINGS[key].is_switch:
        if text.lower() in _SWITCHES:
            return _SWITCHES[text.lower()]
        message = f"Expected on or off for {key}, got {text!r}. Write one of these."
        raise StudyError(message)
    return text


def _number(key: str, text: str) -> float:
    if not spaces.is_number(key):
        message = (
            f"Expected choices for {key}, which is no number, got a range. Write them "
            f"like '{key}=A|B'."
        )
        raise StudyError(message)
    try:
        return int(text) if spaces.is_whole(key) else float(text)
    except ValueError as error:
        kind = "a whole number" if spaces.is_whole(key) else "a number"
        message = f"Expected {kind} for {key}, got {text!r}. Write it like 3."
        raise StudyError(message) from error


def _read(path: Path) -> StudySpec:
    try:
        return StudySpec.from_json(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        message = (
            f"Expected a file with a study, as Tune exports it, got {str(path)!r} "
            f"({getattr(error, 'strerror', None) or 'no text'}). Give another one."
        )
        raise StudyError(message) from error


def _changed(base: TrainingConfig, options: argparse.Namespace) -> TrainingConfig:
    """Change the recipe of a file as the flags say."""
    if options.preset is not None:
        message = (
            "Expected either --preset or --space, whose file has a recipe already, got "
            "both. Leave one of them out."
        )
        raise ConfigError(message)
    return recipe_flags.changed(base, flags.given(options))


def check_budget(options: argparse.Namespace) -> None:
    """See that more trials or minutes are some.

    Raises:
        StudyError: If they are none.
    """
    is_some = (options.trials or 0) > 0 or (options.minutes or 0) > 0
    if is_some and (options.trials or 0) >= 0 and (options.minutes or 0) >= 0:
        return
    message = (
        f"Expected more trials or minutes, got {options.trials} and {options.minutes}. "
        f"Give --trials N or --minutes M, with a number above 0 and at most "
        f"{specs.MAX_TRIALS:,}."
    )
    raise StudyError(message)
