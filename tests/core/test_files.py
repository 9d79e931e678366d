"""Folders that appear whole or not at all."""

from pathlib import Path

import pytest

from core.files import creating_folder


def test_the_folder_appears_when_the_block_ends(tmp_path: Path) -> None:
    """A reader never sees a folder that is half filled."""
    path = tmp_path / "deep" / "folder"
    with creating_folder(path) as temporary:
        (temporary / "file").write_text("content")
        seen_meanwhile = path.exists()

    assert not seen_meanwhile
    assert (path / "file").read_text() == "content"
    assert list(path.parent.iterdir()) == [path]


def test_nothing_is_left_when_the_block_fails(tmp_path: Path) -> None:
    """A full disk must not leave rubbish that fills it further."""

    def fill() -> None:
        with creating_folder(tmp_path / "folder") as temporary:
            (temporary / "file").write_text("content")
            raise KeyError

    with pytest.raises(KeyError):
        fill()

    assert list(tmp_path.iterdir()) == []


def test_the_copy_of_a_quicker_process_stays(tmp_path: Path) -> None:
    """Somebody may be reading it already."""
    path = tmp_path / "folder"
    with creating_folder(path) as temporary:
        (temporary / "file").write_text("ours")
        path.mkdir()
        (path / "file").write_text("theirs")

    assert (path / "file").read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_in_the_way_is_an_error(tmp_path: Path) -> None:
    """Success must not be claimed where there is no folder."""
    path = tmp_path / "folder"
    path.write_text("in the way")

    def fill() -> None:
        with creating_folder(path):
            pass

    with pytest.raises(OSError, match="folder"):
        fill()

    assert path.read_text() == "in the way"
    assert list(tmp_path.iterdir()) == [path]
