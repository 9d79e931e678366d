"""A published data set by its name: from a server on this machine to the home."""

import hashlib
from collections.abc import Callable, Iterator

import pytest

from core.datasets import catalog, emnist, emnist_zip, getting, store
from core.datasets.data_file import DataFile
from core.errors import DatasetNameError, DownloadError, UnknownDatasetError
from tests.core.datasets.test_emnist_zip import tiny_files, zip_bytes
from tests.zip_serving import ZipServer, serving

DIGITS = "emnist-digits"
Known = dict[str, DataFile]


@pytest.fixture
def files(idx_bytes: Callable[..., bytes]) -> dict[str, bytes]:
    return tiny_files(idx_bytes)


@pytest.fixture
def known(files: dict[str, bytes]) -> Known:
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


def test_a_name_is_all_that_it_takes(server: ZipServer, known: Known) -> None:
    """Download, unpack and import, with progress that only grows."""
    shares: list[float] = []

    card = getting.get(
        DIGITS, lambda share, _: shares.append(share), url=server.url, known=known
    )

    assert store.verify(DIGITS).fingerprint == card.fingerprint
    assert (card.spec.title, card.spec.origin) == ("EMNIST Digits", "download")
    assert (card.spec.num_train, card.spec.num_test) == (40, 20)
    assert "NIST" in card.spec.licence
    assert shares == sorted(shares)
    assert [each.name for each in catalog.root().iterdir()] == [DIGITS]


def test_a_mirror_can_be_named(
    server: ZipServer, known: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind a firewall there may be no way to NIST."""
    usual = getting.address()
    monkeypatch.setenv("INKLAB_EMNIST_URL", server.url)

    getting.get(DIGITS, known=known)

    assert usual == emnist.URL
    assert getting.address() == server.url
    assert server.asked == [""]


def test_the_next_split_needs_no_server(server: ZipServer, known: Known) -> None:
    """Half a gigabyte is fetched once."""
    getting.get(DIGITS, url=server.url, known=known)

    getting.get("emnist-mnist", url=server.url, known=known)

    assert len(server.asked) == 1
    assert {card.spec.name for card in catalog.cards()} == {DIGITS, "emnist-mnist"}


def test_a_page_in_place_of_the_file_leaves_no_data_set(
    server: ZipServer, known: Known
) -> None:
    server.content, server.kind = b"<html>Sign in</html>", "text/html"

    with pytest.raises(DownloadError, match="a web page"):
        getting.get(DIGITS, url=server.url, known=known)

    assert catalog.cards() == ()
    assert not emnist_zip.kept().is_whole


@pytest.mark.parametrize(
    ("name", "told"), [("mnist", "comes with Inklab"), ("emnist", "none of them")]
)
def test_what_cannot_be_got_is_told_with_what_can(name: str, told: str) -> None:
    with pytest.raises(UnknownDatasetError, match=told) as raised:
        getting.get(name)

    assert "emnist-bymerge" in str(raised.value)


def test_what_is_here_is_not_downloaded_again(server: ZipServer, known: Known) -> None:
    getting.get(DIGITS, url=server.url, known=known)
    emnist_zip.delete()

    with pytest.raises(DatasetNameError, match="there is already"):
        getting.get(DIGITS, url=server.url, known=known)

    assert len(server.asked) == 1
