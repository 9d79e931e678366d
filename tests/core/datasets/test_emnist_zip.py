"""The official zip in the home, in small: the real names, tiny files."""

import gzip
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from core.datasets import emnist_zip, idx
from core.datasets.data_file import DataFile
from core.datasets.emnist import SPLITS
from core.errors import DatasetFileError, DownloadError
from tests.zip_serving import ZipServer, serving

LETTERS = SPLITS["letters"]
Encode = Callable[..., bytes]


def ignore(_share: float, _text: str) -> None:
    """Take a report."""


def tiny_files(encode: Encode, *, seed: int = 0) -> dict[str, bytes]:
    """Make the 24 files of all splits, of 40 and 20 images."""
    generator = np.random.default_rng(seed)
    files = {}
    for split in SPLITS.values():
        for part, num in (("train", 40), ("test", 20)):
            images = generator.integers(0, 256, (num, 28, 28), dtype=np.uint8)
            labels = np.arange(num, dtype=np.uint8) % 10 + split.first_label
            files[split.idx_file(part, "images")] = gzip.compress(encode(images))
            files[split.idx_file(part, "labels")] = gzip.compress(encode(labels))
    return files


def zip_bytes(files: dict[str, bytes]) -> bytes:
    """Pack files as NIST does."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"gzip/{name}", content)
    return buffer.getvalue()


@pytest.fixture
def files(idx_bytes: Encode) -> dict[str, bytes]:
    return tiny_files(idx_bytes)


@pytest.fixture
def known(files: dict[str, bytes]) -> dict[str, DataFile]:
    """Describe the tiny files, as the official table does the real ones."""
    return {
        name: DataFile(name, len(content), hashlib.sha256(content).hexdigest())
        for name, content in files.items()
    }


@pytest.fixture
def server(
    files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> Iterator[ZipServer]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving(zip_bytes(files)) as server:
        yield server


def test_a_split_comes_from_the_server_to_images(
    server: ZipServer, known: dict[str, DataFile], tmp_path: Path
) -> None:
    """Download, unpack and read: four files of one split, and no others."""
    emnist_zip.get(ignore, url=server.url)
    paths = emnist_zip.unpack_split(LETTERS, tmp_path / "files", ignore, known=known)

    assert set(paths) == set(LETTERS.idx_files())
    assert len(list((tmp_path / "files").iterdir())) == 4
    labels = idx.read_labels(paths[LETTERS.idx_file("test", "labels")])
    images = idx.read_images(paths[LETTERS.idx_file("train", "images")], (28, 28))
    assert labels.min() == 1
    assert images.shape == (40, 28, 28)


def test_one_download_serves_all_splits(
    server: ZipServer, known: dict[str, DataFile], tmp_path: Path
) -> None:
    """Half a gigabyte is fetched once."""
    for split in SPLITS.values():
        emnist_zip.get(ignore, url=server.url)
        emnist_zip.unpack_split(split, tmp_path / split.name, ignore, known=known)

    assert len(server.num_sent) == 1


def test_a_zip_put_there_by_hand_is_found(
    home: Path, files: dict[str, bytes], known: dict[str, DataFile], tmp_path: Path
) -> None:
    """The place that a failed download names is the place that is looked at."""
    with pytest.raises(DownloadError) as caught:
        emnist_zip.get(ignore, url="http://127.0.0.1:1/gzip.zip")
    place = home / "downloads" / "emnist" / "gzip.zip"
    place.write_bytes(zip_bytes(files))

    emnist_zip.get(ignore, url="http://127.0.0.1:1/gzip.zip")
    paths = emnist_zip.unpack_split(LETTERS, tmp_path / "files", ignore, known=known)

    assert str(place) in str(caught.value)
    assert len(paths) == 4


def test_a_zip_of_other_files_is_set_aside_and_replaced(
    home: Path,
    server: ZipServer,
    idx_bytes: Encode,
    known: dict[str, DataFile],
    tmp_path: Path,
) -> None:
    """Else each attempt would find the same zip, and fail as the first did."""
    official, other = server.content, zip_bytes(tiny_files(idx_bytes, seed=1))
    server.content = other
    emnist_zip.get(ignore, url=server.url)
    with pytest.raises(DatasetFileError) as caught:
        emnist_zip.unpack_split(LETTERS, tmp_path / "files", ignore, known=known)
    server.content = official

    emnist_zip.get(ignore, url=server.url)
    emnist_zip.unpack_split(LETTERS, tmp_path / "files", ignore, known=known)

    aside = home / "downloads" / "emnist" / "gzip-rejected.zip"
    assert aside.read_bytes() == other
    assert f"python -m core datasets import {aside}" in str(caught.value)


def test_unpacking_without_a_zip_says_to_download_it(tmp_path: Path) -> None:
    """Somebody may have deleted it meanwhile."""
    with pytest.raises(DatasetFileError, match=r"gzip\.zip, got none\. Download it"):
        emnist_zip.unpack_split(LETTERS, tmp_path, ignore)


def test_the_official_table_is_what_counts(server: ZipServer, tmp_path: Path) -> None:
    """Without a table of its own, a tiny zip is not EMNIST."""
    emnist_zip.get(ignore, url=server.url)

    with pytest.raises(DatasetFileError, match="of 30,804,864 bytes in it, got one"):
        emnist_zip.unpack_split(LETTERS, tmp_path / "files", ignore)


def test_what_is_kept_is_counted_and_deleted(home: Path, server: ZipServer) -> None:
    """The zip takes half a gigabyte, so people must see it and get rid of it."""
    before = emnist_zip.kept()
    path = emnist_zip.get(ignore, url=server.url)
    kept = emnist_zip.kept()
    freed = emnist_zip.delete()

    assert (before.is_whole, before.size) == (False, 0)
    assert (kept.path, kept.is_whole, kept.size) == (path, True, len(server.content))
    assert freed == len(server.content)
    assert emnist_zip.kept() == before
    assert path.is_relative_to(home)


def test_a_download_that_was_begun_is_counted_and_deleted(server: ZipServer) -> None:
    """It takes space, and the page can say that it would go on."""

    def stop(share: float, _: str) -> None:
        if share > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        emnist_zip.get(stop, url=server.url)
    kept = emnist_zip.kept()
    emnist_zip.delete()

    assert not kept.is_whole
    assert kept.size >= kept.num_downloaded > 0
    assert emnist_zip.kept().size == 0
    assert [each.name for each in kept.path.parent.iterdir()] == ["gzip.zip.lock"]


def test_a_zip_is_not_deleted_while_it_comes(server: ZipServer) -> None:
    """The download would go on into a file without name."""
    said = []

    def delete(share: float, _: str) -> None:
        if share > 0 and not said:
            with pytest.raises(DownloadError) as caught:
                emnist_zip.delete()
            said.append(str(caught.value))

    path = emnist_zip.get(delete, url=server.url)

    assert "somebody else is doing it" in said[0]
    assert path.read_bytes() == server.content
