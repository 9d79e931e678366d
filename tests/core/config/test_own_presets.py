"""Presets of one's own: kept, found, refused, and gone."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from core.config import CnnConfig, TrainingConfig, known_presets, own_presets, presets
from core.errors import ConfigError, HomeError, InklabError

MINE = TrainingConfig(network=CnnConfig(), learning_rate=0.00137, epochs=137, seed=3)


def test_a_saved_recipe_is_read_as_it_was_under_its_name() -> None:
    name = own_presets.save("  my best cnn ", MINE)

    assert name == "my best cnn"
    assert own_presets.names() == ("my best cnn",)
    assert own_presets.load(name) == replace(MINE, preset=name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "../x",
        "a/b",
        "a\\b",
        ".x",
        "x.",
        "a\nb",
        "a" * 41,
        "a~b",
        "LeNet",
        "\0",
    ],
    ids=repr,
)
def test_a_name_that_is_no_name_is_refused(name: str, home: Path) -> None:
    """Neither a way out of the folder nor the name of a preset that comes along."""
    with pytest.raises(ConfigError, match="Expected a name"):
        own_presets.save(name, MINE)

    assert list(home.rglob("*.json")) == []


@pytest.mark.parametrize("name", ["mine", "Mine"])
def test_an_earlier_preset_is_not_overwritten_by_accident(name: str) -> None:
    """Some file systems hold names for the same that differ in case only."""
    own_presets.save("mine", MINE)

    with pytest.raises(ConfigError, match="there is mine"):
        own_presets.save(name, TrainingConfig())

    assert own_presets.load("mine").epochs == 137


def test_a_preset_is_replaced_if_that_is_meant() -> None:
    own_presets.save("mine", MINE)

    own_presets.save("mine", TrainingConfig(epochs=4), replaces=True)

    assert own_presets.load("mine").epochs == 4


def test_damaged_and_newer_files_are_told_and_left_alone(home: Path) -> None:
    own_presets.save("good", MINE)
    folder = home / "presets"
    (folder / "cut.json").write_text(MINE.to_json()[:80])
    newer = json.loads(MINE.to_json()) | {"schema": 99}
    (folder / "newer.json").write_text(json.dumps(newer))
    (folder / "notes.txt").write_text("no preset")

    found = own_presets.found()

    assert found.names == ("good",)
    cut, later = found.problems
    assert cut.startswith("Your preset cut was left out. Expected")
    assert f"Its file is {folder / 'cut.json'}: remove it" in cut
    assert "another version of Inklab" in later
    assert len(list(folder.iterdir())) == 4


def test_a_deleted_preset_is_gone_and_its_runs_are_named_after_their_network() -> None:
    own_presets.save("mine", MINE)
    config = own_presets.load("mine")

    def name_of() -> str:
        return known_presets.name_of(config, network="16C5", ink_style="mnist")

    before = name_of()
    own_presets.delete("mine")

    assert (before, name_of()) == ("mine", "16C5")
    assert known_presets.find("mine") is None
    with pytest.raises(ConfigError, match=r"resnet-small, got 'mine'"):
        known_presets.preset("mine")


def test_a_preset_of_ones_own_is_the_same_on_any_data_set() -> None:
    """Its augmentation was chosen by hand; only Inklab's own follow the ink."""
    lenet = presets.preset("lenet").config
    own_presets.save("mine", lenet)

    on_letters = known_presets.preset("mine").config_for("emnist-letters", "emnist")

    assert on_letters == replace(lenet, preset="mine", dataset="emnist-letters")


def test_a_folder_that_is_none_is_told(home: Path) -> None:
    home.mkdir()
    (home / "presets").write_text("a file")

    with pytest.raises(HomeError, match="Expected a folder"):
        own_presets.save("mine", MINE)


def test_no_folder_means_no_presets(home: Path) -> None:
    assert own_presets.found() == own_presets.OwnPresets(names=(), problems=())
    assert not (home / "presets").exists()
    with pytest.raises(InklabError):
        own_presets.load("mine")
