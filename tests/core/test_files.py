"""Folders that appear whole or not at all, and locks."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.files import creating_folder, locking, replacing_folder, waiting_lock


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


def test_a_lock_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    """It is free again when the block ends."""
    path = tmp_path / "lock"
    with locking(path) as first, locking(path) as second:
        pass
    with locking(path) as third:
        pass

    assert (first, second, third) == (True, False, True)


_HOLD = """
import sys
from pathlib import Path
from core.files import locking
with locking(Path(sys.argv[1])) as is_ours:
    print(is_ours, flush=True)
    sys.stdin.read()
"""


def test_a_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    """Nobody has to remove a file by hand after a crash."""
    path = tmp_path / "lock"
    command = [sys.executable, "-c", _HOLD, str(path)]
    with subprocess.Popen(
        command,
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        with locking(path) as while_alive:
            pass
        process.kill()
        process.wait()
        with locking(path) as afterwards:
            pass

    assert said == "True\n"
    assert (while_alive, afterwards) == (False, True)


def test_a_folder_is_replaced_when_the_block_ends_well(tmp_path: Path) -> None:
    """And stays as it was when it does not."""
    folder = tmp_path / "set"
    for text in ("old", "new"):
        with replacing_folder(folder) as temporary:
            (temporary / text).write_text(text)

    with pytest.raises(ZeroDivisionError), replacing_folder(folder):
        _ = 1 / 0

    assert [each.name for each in folder.iterdir()] == ["new"]
    assert [each.name for each in tmp_path.iterdir()] == ["set"]


def test_whoever_waits_for_a_lock_gets_it_or_an_error(tmp_path: Path) -> None:
    lock = tmp_path / "lock"

    with (
        waiting_lock(lock, seconds=5),
        pytest.raises(TimeoutError, match="another process holds"),
        waiting_lock(lock, seconds=0),
    ):
        pass

    with waiting_lock(lock, seconds=0):
        assert lock.exists()
