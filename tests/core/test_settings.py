"""Folders and environment variables."""

import os
from pathlib import Path

import pytest

from core import settings
from core.errors import HomeError, SettingError


def test_the_home_is_the_folder_that_the_environment_names(home: Path) -> None:
    """Tests, servers and users each have their own; it is made when needed."""
    assert not home.exists()

    assert settings.home() == home
    assert home.is_dir()
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("value", [None, ""], ids=["not set", "empty"])
def test_the_home_is_below_the_users_home_by_default(
    value: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty variable is how a container says that it is not set."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("INKLAB_HOME")
    if value is not None:
        monkeypatch.setenv("INKLAB_HOME", value)

    assert settings.home() == tmp_path / ".inklab"


def test_the_home_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker may run in another folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INKLAB_HOME", "here")

    assert settings.home() == tmp_path / "here"


def test_a_home_that_cannot_be_made_is_an_error_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read-only disk is common on a shared computer."""
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("INKLAB_HOME", str(tmp_path / "file" / "home"))

    with pytest.raises(HomeError, match=r"got .*file/home .*set INKLAB_HOME"):
        settings.home()


def test_who_asks_for_studies_makes_no_home(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server asks on its own, in the background."""
    assert not settings.may_have_studies()
    assert not home.exists()

    monkeypatch.setenv("INKLAB_STUDIES", "postgresql://studies")
    assert settings.may_have_studies()


def test_runs_are_in_the_home_unless_mlflow_is_told_otherwise(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A team shares one server by MLflow's own variable."""
    assert settings.tracking_uri() == f"sqlite:///{home}/runs.db"

    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://runs:5000")

    assert settings.tracking_uri() == "http://runs:5000"


@pytest.mark.parametrize("name", ["what?", "#1", "my%20runs"])
def test_home_may_have_any_name(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Build servers call folders after branches, in which a slash becomes %2F."""
    monkeypatch.setenv("INKLAB_HOME", str(tmp_path / name))

    assert settings.home() == tmp_path / name


def test_home_whose_name_is_no_text_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address cannot name it: MLflow would write into a folder of another name."""
    monkeypatch.setenv("INKLAB_HOME", os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))

    with pytest.raises(HomeError, match=r"UTF-8, got .*udcff.*Set INKLAB_HOME"):
        settings.home()


@pytest.mark.parametrize("named", ["", "~nobody-of-that-name/runs"])
def test_user_without_a_home_folder_is_told_what_to_set(
    named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container that runs under a number that no user has."""

    def no_user(_: object) -> None:
        raise KeyError

    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", no_user)
    monkeypatch.setenv("INKLAB_HOME", named)

    with pytest.raises(HomeError, match=r"Set INKLAB_HOME to a folder"):
        settings.home()


@pytest.mark.parametrize("value", ["0", "two", "-1", "1.5", "999", "²"])
def test_impossible_number_of_workers_is_an_error(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says what is possible; nobody wonders why there is only one."""
    monkeypatch.setenv("INKLAB_WORKERS", value)

    with pytest.raises(SettingError, match=r"INKLAB_WORKERS to be .* 1 to 256, got '"):
        settings.check()


@pytest.mark.parametrize(("value", "expected"), [("", 1), ("1", 1), (" 3 ", 3)])
def test_one_worker_unless_somebody_says_more(
    value: str, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKLAB_WORKERS", value)

    assert settings.workers() == expected
