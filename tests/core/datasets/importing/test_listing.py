"""Listing what lies in folders and zips, honest and other."""

import os
import stat
import zipfile
from pathlib import Path

import pytest

from core.datasets.importing import limits
from core.datasets.importing.listing import list_entries
from core.errors import DatasetFileError


def names_in(*paths: Path) -> list[str]:
    return [str(entry) for entry in list_entries(paths).entries]


def zip_of(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), b"content")
    return path


def test_folders_and_zips_give_the_same_files(tmp_path: Path) -> None:
    """Whoever unpacks a zip first gets the same data set."""
    for name in ("a/1.png", "b/2.png"):
        (tmp_path / "own" / name).parent.mkdir(parents=True)
        (tmp_path / "own" / name).write_bytes(b"content")
    packed = zip_of(tmp_path / "own.zip", "b/2.png", "a/1.png")

    assert names_in(tmp_path / "own") == ["own/a/1.png", "own/b/2.png"]
    assert names_in(packed) == ["own/a/1.png", "own/b/2.png"]
    assert list_entries([packed]).entries[0].open().read() == b"content"


@pytest.mark.parametrize(
    "name", ["../x.png", "a/../../x.png", "/etc/x.png", "C:/x.png", "..\\x.png"]
)
def test_a_zip_with_paths_that_lead_out_is_refused(tmp_path: Path, name: str) -> None:
    """No honest program writes one."""
    packed = zip_of(tmp_path / "own.zip", "a/1.png", name)

    with pytest.raises(DatasetFileError, match="paths inside it"):
        list_entries([packed])


def test_backslashes_divide_folders(tmp_path: Path) -> None:
    """Some programs for Windows write zips so."""
    packed = tmp_path / "own.zip"
    zip_of(packed, "a/1.png")
    packed.write_bytes(packed.read_bytes().replace(b"a/1.png", b"a\\1.png"))

    assert names_in(packed) == ["own/a/1.png"]


def test_links_in_a_zip_are_left_out(tmp_path: Path) -> None:
    """What a link names is no picture."""
    packed = zip_of(tmp_path / "own.zip", "a/1.png")
    link = zipfile.ZipInfo("a/2.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr(link, "/etc/passwd")

    listing = list_entries([packed])

    assert [entry.name for entry in listing.entries] == ["1.png"]
    assert listing.problems[0].reason == "is a link in a zip"


def test_links_that_lead_out_of_a_folder_are_left_out(tmp_path: Path) -> None:
    """A folder of a stranger may point at the files of its reader."""
    folder = tmp_path / "own" / "a"
    folder.mkdir(parents=True)
    (tmp_path / "secret.png").write_bytes(b"secret")
    (folder / "1.png").write_bytes(b"content")
    (folder / "2.png").symlink_to("1.png")
    (folder / "3.png").symlink_to(tmp_path / "secret.png")
    (folder / "4.png").symlink_to("4.png")
    (folder / "loop").symlink_to(tmp_path / "own")

    listing = list_entries([tmp_path / "own"])

    assert [entry.name for entry in listing.entries] == ["1.png", "2.png"]
    assert {problem.reason: problem.count for problem in listing.problems} == {
        "is a link to a folder": 1,
        "is a link that leads out": 2,
    }


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    """50 kB that unpack to 50 MB are no data set."""
    packed = tmp_path / "own.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/1.png", bytes(50_000_000))

    with pytest.raises(DatasetFileError, match="50,000,000 bytes in"):
        list_entries([packed])


def test_too_many_files_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole disk is no data set."""
    monkeypatch.setattr(limits, "MAX_FILES", 2)
    packed = zip_of(tmp_path / "own.zip", "a", "b", "c")
    for name in ("a", "b", "c"):
        (tmp_path / "own" / name).mkdir(parents=True)
        (tmp_path / "own" / name / "1.png").write_bytes(b"")

    for path in (packed, tmp_path / "own"):
        with pytest.raises(DatasetFileError, match="at most 2 files"):
            list_entries([path])


def test_a_zip_with_a_password_is_refused(tmp_path: Path) -> None:
    """It is told at once, not picture by picture."""
    packed = zip_of(tmp_path / "own.zip", "a/1.png")
    content = bytearray(packed.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    packed.write_bytes(content)

    with pytest.raises(DatasetFileError, match="without a password"):
        list_entries([packed])


def test_names_are_read_in_the_encoding_that_they_have(tmp_path: Path) -> None:
    """Some programs write UTF-8 without saying so; others write a code page."""
    packed = tmp_path / "own.zip"
    zip_of(packed, "XX/1.png", "YY/1.png")
    content = packed.read_bytes()
    content = content.replace(b"XX", "я".encode()).replace(b"YY", b"\x84z")
    packed.write_bytes(content)

    assert names_in(packed) == ["own/äz/1.png", "own/я/1.png"]


def test_letters_and_accents_are_composed(tmp_path: Path) -> None:
    """A Mac takes them apart in names: two spellings would be two classes."""
    packed = zip_of(tmp_path / "own.zip", "a\u0308/1.png")

    listing = list_entries([packed])

    assert str(listing.entries[0]) == "own/\u00e4/1.png"
    assert listing.renamed == 1


def test_names_in_no_encoding_can_be_written(tmp_path: Path) -> None:
    """A disk holds bytes; a report in UTF-8 must not fail at them."""
    folder = os.fsencode(tmp_path / "own")
    os.mkdir(folder)  # noqa: PTH102 - a name of bytes
    with open(folder + b"/\xff.png", "wb"):  # noqa: PTH123 - a name of bytes
        pass

    assert names_in(tmp_path / "own") == ["own/\ufffd.png"]


def test_empty_folders_are_told(tmp_path: Path) -> None:
    """An empty class is an oversight that its owner wants to know of."""
    (tmp_path / "own" / "a").mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / "own.zip", "w") as archive:
        archive.mkdir("a")
        archive.writestr("b/1.png", b"")

    assert list_entries([tmp_path / "own"]).empty_folders == ("own/a",)
    assert list_entries([tmp_path / "own.zip"]).empty_folders == ("own/a",)


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A typing error is the most frequent one."""
    with pytest.raises(DatasetFileError, match=r"nowhere, got: No such file"):
        list_entries([tmp_path / "nowhere"])


@pytest.mark.parametrize("keep", [0, 5, -4])
def test_a_zip_that_was_cut_is_refused(tmp_path: Path, keep: int) -> None:
    """Its directory is at its end, so nothing of it can be listed."""
    packed = zip_of(tmp_path / "own.zip", "a/1.png")
    packed.write_bytes(packed.read_bytes()[:keep])

    with pytest.raises(DatasetFileError, match="whole zip"):
        list_entries([packed])
