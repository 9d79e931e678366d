"""A space that contradicts itself is refused before anything is trained."""

from dataclasses import replace

import pytest

from core.config import CnnConfig, MlpConfig, TrainingConfig
from core.errors import StudyError
from core.tuning import spec as specs
from core.tuning.space import Choices, Range, SearchSpace
from core.tuning.spec import StudySpec

MLP = TrainingConfig(network=MlpConfig(hidden=(128, 64)), optimizer="adam")
RATE = Range(low=0.0003, high=0.01)
SPEC = StudySpec(base=MLP, space=SearchSpace(varied={"learning_rate": RATE}))


def check(base: TrainingConfig = MLP, **varied: Range | Choices) -> None:
    """Check a study of some settings."""
    space = SearchSpace(varied=varied)
    specs.check(SPEC.model_copy(update={"base": base, "space": space}))


@pytest.mark.parametrize(
    ("varied", "told"),
    [
        pytest.param({}, "1 to 20 settings to vary, got 0", id="nothing"),
        pytest.param(
            {"learning_speed": RATE},
            "a setting that can be varied, got 'learning_speed'",
            id="unknown",
        ),
        pytest.param(
            {"validation_percent": Range(low=5, high=20)},
            "a setting that can be varied, got 'validation_percent'",
            id="score",
        ),
        pytest.param(
            {"learning_rate": Range(low=0.01, high=0.001)},
            r"within 1e-06 to 1, the lower one first,.* got the range 0.01:0.001",
            id="turned",
        ),
        pytest.param(
            {"dropout": Range(low=0.1, high=float("nan"))},
            "numbers within 0 to 0.9",
            id="not a number",
        ),
        pytest.param(
            {"dropout": Range(low=0.0, high=5.0)}, "within 0 to 0.9", id="too high"
        ),
        pytest.param(
            {"epochs": Range(low=1.5, high=3)},
            "whole numbers within 1 to 500",
            id="half an epoch",
        ),
        pytest.param(
            {"batch_size": Range(low=1, high=10**400)},
            r"within 1 to 8192,.* got the range 1:1000*\.\.\.",
            id="too long a number",
        ),
        pytest.param(
            {"optimizer": Range(low=1, high=2)},
            "choices for Optimizer, got the range 1:2",
            id="range of words",
        ),
        pytest.param(
            {"optimizer": Choices(values=("adam", "adagrad"))},
            "Optimizer among adam, adamw, .* got 'adagrad'",
            id="word",
        ),
        pytest.param(
            {"batch_norm": Choices(values=(0, 1))},
            "Batch norm among false, true, got 0",
            id="number as switch",
        ),
        pytest.param(
            {"layers": Choices(values=(1.0, 2.0))},
            "Hidden layers whole numbers within 0 to 6, got 1.0",
            id="fraction as number",
        ),
        pytest.param(
            {"dropout": Choices(values=(True, 0.5))},
            "Dropout numbers within 0 to 0.9, got True",
            id="switch as number",
        ),
        pytest.param(
            {"dropout": Choices(values=(0.1, 0.1))}, "Give each once", id="twice"
        ),
        pytest.param({"dropout": Choices(values=())}, "got none", id="no choice"),
        pytest.param(
            {"hidden": Choices(values=("128", "64,x"))},
            "whole numbers separated by commas",
            id="no list",
        ),
        pytest.param(
            {"hidden": Choices(values=("128", "99999"))},
            "a list that Hidden layers can be, got '99999'",
            id="too many units",
        ),
        pytest.param(
            {"padding": Choices(values=("same", "valid"))},
            "have an effect in this recipe, got Padding",
            id="other family",
        ),
        pytest.param(
            {"units_3": Range(low=16, high=64)},
            "have an effect in this recipe, got Fourth layer, units",
            id="no such layer",
        ),
        pytest.param(
            {"weight_decay": Range(low=0.0, high=0.1)},
            "got Weight decay. It needs another optimizer",
            id="optimizer",
        ),
        pytest.param(
            {"hidden": Choices(values=("64", "32")), "layers": Range(low=1, high=2)},
            "a list of hidden layers or its parts, got the list and Hidden layers",
            id="whole and parts",
        ),
    ],
)
def test_what_cannot_be_searched_is_refused_in_words(
    varied: dict[str, Range | Choices], told: str
) -> None:
    """Each says what was expected, what was received, and what to do."""
    with pytest.raises(StudyError, match=told):
        check(**varied)


def test_settings_that_others_switch_on_can_be_varied_with_these() -> None:
    """Weight decay needs another optimizer, padding another family."""
    check(
        optimizer=Choices(values=("adam", "adamw")),
        weight_decay=Range(low=0.0, high=0.1),
        kind=Choices(values=("dense", "convolutional")),
        padding=Choices(values=("same", "valid")),
        layers=Range(low=1, high=4),
        units_3=Range(low=16, high=64),
    )


def test_a_list_is_checked_in_its_own_family() -> None:
    """The base is dense, and the filters are those of the convolutional networks."""
    check(
        kind=Choices(values=("dense", "convolutional")),
        filters=Choices(values=("8,16", "16,32,64")),
    )


def test_the_range_of_a_seed_is_checked_at_once() -> None:
    """It has two billion values."""
    check(seed=Range(low=0, high=2**31 - 1))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"num_trials": None}, "would never end", id="no end"),
        pytest.param(
            {"objectives": ("val_loss", "val_loss")},
            "two different objectives, got val_loss twice",
            id="one objective twice",
        ),
        pytest.param(
            {"base": replace(MLP, validation_fraction=0.0)},
            "Expected a validation split",
            id="no validation",
        ),
        pytest.param(
            {
                "sampler": "grid",
                "space": SearchSpace(
                    varied={
                        "seed": Range(low=0, high=99),
                        "epochs": Range(low=1, high=99),
                    }
                ),
            },
            "a grid of at most 1,000 combinations, got 9,900",
            id="large grid",
        ),
    ],
)
def test_a_study_that_makes_no_sense_is_refused(
    changes: dict[str, object], told: str
) -> None:
    with pytest.raises(StudyError, match=told):
        specs.check(SPEC.model_copy(update=changes))


def test_a_grid_ends_by_itself() -> None:
    """So it needs no budget."""
    specs.check(SPEC.model_copy(update={"sampler": "grid", "num_trials": None}))


def test_a_convolutional_base_is_varied_by_its_parts() -> None:
    base = replace(MLP, network=CnnConfig())

    check(base, filters_0=Range(low=4, high=32), kernel_1=Range(low=3, high=5))


def test_three_objectives_are_refused() -> None:
    """A study of them could not be read again."""
    three = ("val_accuracy", "val_loss", "seconds")

    with pytest.raises(StudyError, match="at most 2 objectives, got val_accuracy"):
        specs.check(SPEC.model_copy(update={"objectives": three}))
