"""The images that a recipe emphasises: checked, written down, told and read back."""

from dataclasses import replace

import pytest

from core.config import TrainingConfig, flags, recipe_address, settings_table
from core.config.differences import differing_settings
from core.config.flags import FLAGS
from core.errors import ConfigError
from core.handover.commands import as_command

CONFIG = TrainingConfig(
    preset="fast-mlp", emphasis=(203, 5, 17, 5, 9_000), emphasis_factor=4
)


def test_positions_are_in_order_and_each_once() -> None:
    """Two selections of the same images are one recipe."""
    assert CONFIG.emphasis == (5, 17, 203, 9_000)


@pytest.mark.parametrize(
    "emphasis",
    [(-1,), (True,), (1.5,), ("5",), "5", 5, (10**9,), range(301)],
    ids=repr,
)
def test_what_is_no_position_is_refused(emphasis: object) -> None:
    with pytest.raises(ConfigError, match=r"Expected .* emphasised images, got"):
        TrainingConfig(
            emphasis=tuple(emphasis) if isinstance(emphasis, range) else emphasis
        )


def test_recipe_with_emphasis_survives_its_record() -> None:
    assert TrainingConfig.from_json(CONFIG.to_json()) == CONFIG


def test_recipe_without_is_written_as_before() -> None:
    """An earlier version on another machine refuses fields that it does not know."""
    assert "emphasis" not in TrainingConfig().to_json()


def test_recipe_is_told_with_how_many_and_how_often() -> None:
    """Hundreds of numbers in a table help nobody."""
    assert CONFIG.flat()["emphasis"] == "4 images (5, 17, 203, \u2026) x 4"
    assert differing_settings([CONFIG, replace(CONFIG, emphasis=())]) == {
        "emphasis": ("4 images (5, 17, 203, \u2026) x 4", "none")
    }


def test_address_brings_them_back() -> None:
    values = settings_table.values_of(CONFIG)

    written = recipe_address.write(values, preset="fast-mlp", ink_style="mnist")

    preset, again = recipe_address.read(written, "mnist")
    config = settings_table.config_of(again, preset=preset, dataset="mnist")
    assert "emphasis~5,17,203,9000" in written
    assert (config.emphasis, config.emphasis_factor) == (CONFIG.emphasis, 4)


@pytest.mark.parametrize("written", ["5,,6", "a", "-1", "1~2", "9" * 5000, "\u0663"])
def test_address_with_what_is_no_position_says_nothing(written: str) -> None:
    assert settings_table.read("emphasis", written) is None


def test_command_has_them_as_a_flag() -> None:
    """The default of the factor is not told."""
    assert "--emphasis 5,17,203,9000" in as_command(replace(CONFIG, emphasis_factor=6))
    assert "--emphasis-factor 6" in as_command(replace(CONFIG, emphasis_factor=6))
    given = {"emphasis": (17, 5), "emphasis_factor": 6}
    assert flags.changed(TrainingConfig(), given).emphasis == (5, 17)
    assert FLAGS["emphasis"].is_list
