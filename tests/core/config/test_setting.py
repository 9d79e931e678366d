"""What follows from the description of a setting."""

import dataclasses
from collections.abc import Sequence
from typing import Annotated

import pytest
from pydantic.dataclasses import dataclass

from core.config import FAMILIES, Augmentation, MlpConfig, TrainingConfig
from core.config.controls import SETTINGS, in_sentence, title_of
from core.config.described import default_of, settings_of
from core.config.flags import FLAGS
from core.config.setting import CHECKED, Setting
from core.config.training import compiled_part
from core.errors import ConfigError

EVERYTHING = TrainingConfig(
    dataset="letters",
    preset="lenet",
    network=MlpConfig(hidden=(8,)),
    epochs=3,
    batch_size=64,
    optimizer="adamw",
    learning_rate=0.1,
    schedule="step",
    weight_decay=0.1,
    label_smoothing=0.1,
    class_weights="balanced",
    emphasis=(3,),
    emphasis_factor=5,
    gradient_clip=1.0,
    weight_average=0.5,
    augmentation=Augmentation(shift=1.0),
    validation_fraction=0.3,
    patience=2,
    monitor="val_accuracy",
    seed=7,
)


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class Forgetful:
    """Settings of which one says no more than it must."""

    new: Annotated[int, Setting(title="New", low=1, high=3)] = 1


@pytest.mark.parametrize(
    "described",
    [TrainingConfig, Augmentation, *FAMILIES.values()],
    ids=lambda described: described.__name__,
)
def test_every_field_is_described(described: type) -> None:
    """One without a description would have no control, no flag and no check."""
    names = {field.name for field in dataclasses.fields(described)}

    assert set(settings_of(described)) == names
    assert all(each.title for each in settings_of(described).values())


def ends(choices: Sequence[float]) -> tuple[float, float]:
    """Return the lowest and the highest, without going through two billion seeds."""
    ordered = choices if isinstance(choices, range) else sorted(choices)
    return ordered[0], ordered[-1]


def test_every_choice_is_allowed() -> None:
    """A control that offers what is then refused would be a trap."""
    numbers = {
        key: control
        for key, control in SETTINGS.items()
        if control.setting.low is not None
    }

    traps = [
        (key, choice)
        for key, control in numbers.items()
        for choice in ends(control.choices)
        if not control.setting.low
        <= choice / (100 if control.setting.is_percent else 1)
        <= control.setting.high
    ]

    assert traps == []
    assert {"epochs", "validation_percent", "filters_0"} <= set(numbers)


def test_every_control_is_explained() -> None:
    """In sentences: they stand beside it and in the terminal's help."""
    helps = {key: control.setting.help for key, control in SETTINGS.items()}

    assert [key for key, told in helps.items() if not told.endswith(".")] == []


def test_a_setting_that_says_nothing_is_compiled_in() -> None:
    """Forgetting it may cost a compilation, never a training with another value."""
    assert settings_of(Forgetful)["new"].is_compiled


def test_what_the_loop_never_sees_is_not_compiled_in() -> None:
    """Each of these was looked at: the second run of a network starts at once."""
    usual = TrainingConfig()

    compiled = compiled_part(EVERYTHING)

    differing = {
        field.name
        for field in dataclasses.fields(TrainingConfig)
        if getattr(compiled, field.name) != getattr(usual, field.name)
    }
    kept = {"network", "batch_size", "optimizer", "weight_decay", "label_smoothing"}
    assert differing == kept | {"class_weights", "gradient_clip", "weight_average"}
    assert all(
        getattr(EVERYTHING, name) != default_of(TrainingConfig, name)
        for name in settings_of(TrainingConfig)
    )


def test_a_value_out_of_range_is_told_by_the_title_of_its_setting() -> None:
    with pytest.raises(ConfigError, match="Expected new from 1 to 3, got 4"):
        Forgetful(new=4)


@pytest.mark.parametrize(
    "config", [TrainingConfig(), EVERYTHING], ids=["defaults", "everything"]
)
def test_every_value_of_a_table_has_a_title(config: TrainingConfig) -> None:
    titles = [title_of(name) for name in config.flat()]

    assert len(set(titles)) == len(titles)


def test_titles_are_the_words_of_the_field_with_units() -> None:
    assert title_of("augmentation.shift") == "Shift (px)"
    assert title_of("network.batch_norm") == "Batch norm"
    assert in_sentence("weight_average") == "weight averaging (EMA decay)"


def test_the_help_of_a_flag_tells_range_and_defaults() -> None:
    """What differs in a preset is told too."""
    told = FLAGS["epochs"].help("epochs")

    assert told.startswith("Passes over all training images. (1 to 500; default 10, ")
    assert "fast-mlp 5" in told
