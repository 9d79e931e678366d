"""Unpacking known files from zips, honest and other."""

import hashlib
import shutil
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from core.datasets.data_file import DataFile
from core.datasets.unpack import unpack_members
from core.errors import DatasetFileError, HomeError

CONTENTS = {
    "first.gz": np.random.default_rng(0).bytes(2_500_000),
    "second.gz": b"second" * 100,
    "third.gz": b"third",
}
KNOWN = {
    name: DataFile(name, len(content), hashlib.sha256(content).hexdigest())
    for name, content in CONTENTS.items()
}


def write_zip(
    path: Path, members: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED
) -> Path:
    """Write a zip with these members."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Write a zip with all three files, as the official one has them."""
    members = {f"gzip/{name}": content for name, content in CONTENTS.items()}
    return write_zip(tmp_path / "gzip.zip", members | {"gzip/mapping.txt": b"0 48"})


def unpack(path: Path, *wanted: str) -> dict[str, Path]:
    """Unpack into a folder beside the zip."""
    folder = path.parent / "unpacked"
    return unpack_members(path, wanted, folder, lambda *_: None, known=KNOWN)


def refused(path: Path, *wanted: str) -> str:
    """Unpack in vain: nothing is there afterwards; returns what is said."""
    with pytest.raises(DatasetFileError) as caught:
        unpack(path, *wanted)
    folder = path.parent / "unpacked"
    assert not folder.exists() or list(folder.iterdir()) == []
    return str(caught.value)


def test_only_the_wanted_members_are_unpacked(archive: Path) -> None:
    """Half a gigabyte is in the zip, of which a split needs a part."""
    unpacked = unpack(archive, "first.gz", "third.gz")

    assert set(unpacked) == {"first.gz", "third.gz"}
    assert {
        path.name: path.read_bytes() for path in (archive.parent / "unpacked").iterdir()
    } == {name: CONTENTS[name] for name in ("first.gz", "third.gz")}
    assert all(path.name == name for name, path in unpacked.items())


def test_members_without_their_folder_are_found(tmp_path: Path) -> None:
    """Somebody may have packed the files anew."""
    path = write_zip(tmp_path / "own.zip", CONTENTS)

    assert unpack(path, "second.gz")["second.gz"].read_bytes() == CONTENTS["second.gz"]


def test_progress_is_reported_by_bytes(archive: Path) -> None:
    """The images of a split are a thousand times as big as its labels."""
    reports: list[tuple[float, str]] = []

    unpack_members(
        archive,
        ["first.gz", "second.gz"],
        archive.parent / "unpacked",
        lambda share, text: reports.append((share, text)),
        known=KNOWN,
    )

    shares = [share for share, _ in reports]
    assert shares == sorted(shares)
    assert shares[0] < 0.5
    assert shares[-1] == 1.0
    assert reports[-1][1] == "Unpacking second.gz"


def test_a_stop_leaves_no_half_file(archive: Path) -> None:
    """What is there under its name is whole."""

    def stop(share: float, _: str) -> None:
        if share < 0.5:
            raise KeyboardInterrupt

    folder = archive.parent / "unpacked"
    with pytest.raises(KeyboardInterrupt):
        unpack_members(archive, ["first.gz"], folder, stop, known=KNOWN)

    assert list(folder.iterdir()) == []


def test_a_missing_member_is_named(tmp_path: Path) -> None:
    """NIST has another zip, with files for MATLAB."""
    path = write_zip(tmp_path / "matlab.zip", {"matlab/first.mat": b"..."})

    said = refused(path, "second.gz")

    assert "matlab.zip: expected second.gz in it, got a zip of 1 members" in said


@pytest.mark.parametrize(
    "name", ["../second.gz", "/second.gz", "gzip/../second.gz", "x/second.gz"]
)
def test_a_name_that_leads_elsewhere_is_not_the_member(
    tmp_path: Path, name: str
) -> None:
    """Nothing is ever written outside the folder."""
    path = write_zip(tmp_path / "trick.zip", {name: CONTENTS["second.gz"]})

    assert "expected second.gz in it" in refused(path, "second.gz")
    assert list(tmp_path.glob("**/second.gz")) == []


def test_another_file_of_the_same_size_is_refused(tmp_path: Path) -> None:
    """A flipped pixel is another data set; the message has both checksums."""
    other = b"SECOND" + CONTENTS["second.gz"][6:]
    path = write_zip(tmp_path / "other.zip", {"gzip/second.gz": other})

    said = refused(path, "second.gz")

    assert f"expected second.gz with SHA-256 {KNOWN['second.gz'].sha256}" in said
    assert f"got one with {hashlib.sha256(other).hexdigest()}" in said


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    """A kilobyte may unpack to a gigabyte; this one says so."""
    path = write_zip(tmp_path / "bomb.zip", {"gzip/second.gz": bytes(10_000_000)})

    said = refused(path, "second.gz")

    assert "second.gz of 600 bytes in it, got one of 10,000,000" in said


def test_a_bomb_that_lies_is_cut(tmp_path: Path) -> None:
    """It announces 600 bytes, in the right form, and packs ten million."""
    path = write_zip(tmp_path / "bomb.zip", {"gzip/second.gz": bytes(10_000_000)})
    told = struct.pack("<I", 10_000_000)
    path.write_bytes(path.read_bytes().replace(told, struct.pack("<I", 600)))

    assert "second.gz in it, got a damaged one" in refused(path, "second.gz")


def test_a_damaged_member_is_refused(archive: Path) -> None:
    """A disk may flip a bit in the middle."""
    content = bytearray(archive.read_bytes())
    content[1_000_000] ^= 0xFF
    archive.write_bytes(content)

    assert "first.gz in it, got a damaged one" in refused(archive, "first.gz")


def test_a_member_with_a_password_is_refused(tmp_path: Path) -> None:
    """The standard library has an error of its own for it."""
    path = write_zip(tmp_path / "locked.zip", {"gzip/second.gz": CONTENTS["second.gz"]})
    with zipfile.ZipFile(path) as archive:
        start = archive.start_dir
    content = bytearray(path.read_bytes())
    content[start + 8] |= 1
    content[6] |= 1
    path.write_bytes(content)

    assert "second.gz in it, got a damaged one (" in refused(path, "second.gz")


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html>", b"PK\x03\x04"])
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    """The path may have been typed."""
    path = tmp_path / "page.zip"
    path.write_bytes(content)

    assert "page.zip: expected a zip that can be read, got" in refused(path, "third.gz")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """The path may have been typed wrongly."""
    said = refused(tmp_path / "nowhere.zip", "third.gz")

    assert "nowhere.zip: expected a zip that can be read" in said


def test_too_little_space_is_found_before_it_is_filled(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sizes are known, so nothing needs to be unpacked to find out."""
    usage = shutil.disk_usage(archive.parent)._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)

    with pytest.raises(HomeError, match=r"Expected 2\.5 MB of free space"):
        unpack(archive, "first.gz")

    assert list((archive.parent / "unpacked").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(archive: Path) -> None:
    """Somebody may have a file of that name."""
    (archive.parent / "unpacked").write_text("")

    with pytest.raises(HomeError, match=r"Expected to write to .*unpacked"):
        unpack(archive, "first.gz")
