"""Downloading from a real server, which serves well, badly or something else."""

import gzip
import io
import re
import resource
import shutil
import socket
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from core.datasets import download
from core.datasets.part_file import PartFile
from core.errors import DownloadError, HomeError
from tests.zip_serving import ZipServer, serving

PIECE = 65_536


def zip_of_noise(*, seed: int = 0, num_pieces: int = 6) -> bytes:
    """Make a zip that is some pieces long."""
    noise = np.random.default_rng(seed).bytes(num_pieces * PIECE - 500)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("gzip/noise", noise)
    return buffer.getvalue()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ZipServer]:
    """Serve a zip of six pieces."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving(zip_of_noise()) as server:
        yield server


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Name a file in a folder that does not exist yet."""
    return tmp_path / "downloads" / "gzip.zip"


class Reports(list[tuple[float, str]]):
    """Takes reports down; stops the download at some share."""

    def __init__(self, *, stop_at: float = 2.0) -> None:
        super().__init__()
        self._stop_at = stop_at

    def __call__(self, share: float, text: str) -> None:
        """Take one down."""
        self.append((share, text))
        if share >= self._stop_at:
            raise KeyboardInterrupt


def begin(server: ZipServer, target: Path, *, share: float = 0.3) -> int:
    """Download a share, then stop; returns how many bytes are there."""
    with pytest.raises(KeyboardInterrupt):
        download.fetch(server.url, target, Reports(stop_at=share))
    server.asked.clear()
    server.num_sent.clear()
    return PartFile(target).size


def fail(url: str, target: Path, *, timeout: float = 5.0) -> str:
    """Download in vain; returns what is said."""
    with pytest.raises(DownloadError) as caught:
        download.fetch(url, target, Reports(), timeout=timeout)
    return str(caught.value)


def test_a_download_arrives_as_it_was_sent(server: ZipServer, target: Path) -> None:
    """Nothing but the file stays, under its name."""
    path = download.fetch(server.url, target, Reports())

    assert path == target
    assert target.read_bytes() == server.content
    assert {each.name for each in target.parent.iterdir()} == {
        "gzip.zip",
        "gzip.zip.lock",
    }


def test_progress_is_reported_from_nothing_to_all(
    server: ZipServer, target: Path
) -> None:
    """Half a gigabyte takes minutes; the share never goes back."""
    reports = Reports()

    download.fetch(server.url, target, reports)

    shares = [share for share, _ in reports]
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    assert shares[-1] == 1.0
    assert reports[-1][1] == "0.4 MB of 0.4 MB"


def test_progress_is_reported_while_the_server_still_sends(
    server: ZipServer, target: Path
) -> None:
    """The server sends the rest only when some of it was reported."""
    server.pause_after = 3 * PIECE

    def report(share: float, _: str) -> None:
        if share > 0.3:
            server.woken.set()

    download.fetch(server.url, target, report, timeout=5.0)

    assert target.read_bytes() == server.content


def test_a_stopped_download_fetches_only_the_rest_next_time(
    server: ZipServer, target: Path
) -> None:
    """What is here is not transferred again."""
    size = begin(server, target)
    reports = Reports()

    download.fetch(server.url, target, reports)

    assert size > 0.3 * len(server.content)
    assert server.asked == [f"bytes={size}-"]
    assert server.num_sent == [len(server.content) - size]
    assert target.read_bytes() == server.content
    assert reports[0][0] == size / len(server.content)
    assert all(text.startswith("Resumed: ") for _, text in reports[1:])


def test_a_stopped_download_is_no_zip_yet(server: ZipServer, target: Path) -> None:
    """Whoever looks for the file must not find half of it."""
    size = begin(server, target)

    assert not target.exists()
    assert 0 < size < len(server.content)


def test_a_connection_that_broke_off_goes_on(server: ZipServer, target: Path) -> None:
    """The error says how much is there, and that asking again goes on."""
    server.break_after = 3 * PIECE + 17
    said = fail(server.url, target)
    server.break_after = None

    download.fetch(server.url, target, Reports())

    assert "Expected 0.4 MB" in said
    assert "a connection that broke off after 0.2 MB" in said
    assert "Ask again, and it goes on from there." in said
    assert server.asked[-1] == f"bytes={3 * PIECE + 17}-"
    assert target.read_bytes() == server.content


def test_what_came_whole_is_not_asked_for_again(
    server: ZipServer, target: Path
) -> None:
    """A process may be killed between the last byte and the new name."""
    begin(server, target, share=1.0)

    download.fetch(server.url, target, Reports())

    assert server.asked == []
    assert target.read_bytes() == server.content


@pytest.mark.parametrize(
    ("has_ranges", "etag", "date"),
    [(False, '"first"', "today"), (True, "", ""), (True, 'W/"weak"', "")],
    ids=["no ranges", "nothing to know the file by", "a weak tag"],
)
def test_a_server_that_cannot_resume_is_said_to_start_over(
    server: ZipServer, target: Path, *, has_ranges: bool, etag: str, date: str
) -> None:
    """Nobody should hope for the rest in vain, nor find a part of no use."""
    server.has_ranges, server.etag, server.date = has_ranges, etag, date
    server.break_after = 2 * PIECE
    said = fail(server.url, target)
    size = PartFile(target).size
    server.break_after = None

    download.fetch(server.url, target, Reports())

    assert "The server cannot resume a download, so asking again starts over." in said
    assert size == 0
    assert server.asked == ["", ""]
    assert target.read_bytes() == server.content


def test_a_date_is_enough_to_resume(server: ZipServer, target: Path) -> None:
    """Not every server has entity tags."""
    server.etag = ""
    size = begin(server, target)

    download.fetch(server.url, target, Reports())

    assert server.num_sent == [len(server.content) - size]
    assert target.read_bytes() == server.content


def test_a_server_that_resumes_no_longer_is_started_over(
    server: ZipServer, target: Path
) -> None:
    """It answers with the whole file, and the text says why all comes again."""
    begin(server, target)
    server.has_ranges = False
    reports = Reports()

    download.fetch(server.url, target, reports)

    assert len(server.asked) == 1
    assert target.read_bytes() == server.content
    assert "the server cannot resume a download" in reports[1][1]


@pytest.mark.parametrize("heeds", [True, False], ids=["heeded", "ignored"])
def test_a_file_that_changed_meanwhile_is_fetched_whole(
    server: ZipServer, target: Path, *, heeds: bool
) -> None:
    """A beginning and an end of two files make a third, with If-Range or without."""
    begin(server, target)
    server.content = zip_of_noise(seed=1)
    server.etag = '"second"'
    server.heeds_if_range = heeds
    reports = Reports()

    download.fetch(server.url, target, reports)

    assert target.read_bytes() == server.content
    assert "the file on the server has changed" in reports[1][1]


def test_a_file_that_became_shorter_is_fetched_whole(
    server: ZipServer, target: Path
) -> None:
    """The server has no such range any more."""
    begin(server, target, share=0.6)
    server.content = zip_of_noise(seed=1, num_pieces=2)
    server.etag = '"second"'
    server.heeds_if_range = False

    download.fetch(server.url, target, Reports())

    assert target.read_bytes() == server.content


def test_a_part_of_another_address_is_not_gone_on_with(
    server: ZipServer, target: Path
) -> None:
    """Two servers may have two files under one tag."""
    begin(server, target)

    download.fetch(f"{server.address}/other.zip", target, Reports())

    assert server.asked == [""]
    assert target.read_bytes() == server.content


def test_a_damaged_note_means_starting_over(server: ZipServer, target: Path) -> None:
    """A power cut may leave half of it."""
    begin(server, target)
    PartFile(target).note.write_text('{"url": ')

    download.fetch(server.url, target, Reports())

    assert target.read_bytes() == server.content


def test_a_page_instead_of_the_file_is_refused(server: ZipServer, target: Path) -> None:
    """Servers apologise with status 200; the error has all ways out of it."""
    url = f"{server.address}/page"

    said = fail(url, target)

    assert "got a web page that begins with b'<!DOCTYPE html>'" in said
    assert f"download {url} in a browser and put the file at {target}" in said
    assert "python -m core datasets import PATH" in said
    assert not target.exists()
    assert PartFile(target).size == 0


def test_a_redirection_to_a_page_is_refused_with_its_address(
    server: ZipServer, target: Path
) -> None:
    """A file that has moved often leads to a page about it."""
    server.redirect = f"{server.address}/page"

    said = fail(f"{server.address}/old.zip", target)

    assert f"got a web page from {server.address}/page that begins with" in said


def test_a_redirection_to_the_file_is_followed(server: ZipServer, target: Path) -> None:
    """NIST has moved it before."""
    server.redirect = server.url

    download.fetch(f"{server.address}/old.zip", target, Reports())

    assert target.read_bytes() == server.content


@pytest.mark.parametrize(
    ("redirect", "said"),
    [
        ("file:///etc/passwd", "a redirection to something other than http"),
        ("/old.zip", "one redirection after the other"),
    ],
    ids=["to a file of this machine", "to itself"],
)
def test_a_redirection_that_leads_nowhere_is_refused(
    server: ZipServer, target: Path, redirect: str, said: str
) -> None:
    """A server must not have us read our own files."""
    server.redirect = redirect

    assert said in fail(f"{server.address}/old.zip", target)


def test_something_that_is_no_zip_is_refused(server: ZipServer, target: Path) -> None:
    """Half a gigabyte of it would be too late."""
    server.content = b"\x1f\x8b" + bytes(3 * PIECE)

    said = fail(server.url, target)

    assert r"got something else that begins with b'\x1f\x8b\x00" in said
    assert PartFile(target).size == 0


def test_a_zip_without_its_end_is_refused(server: ZipServer, target: Path) -> None:
    """A server may have half a file and think that it is all."""
    whole = server.content
    server.content = whole[: 4 * PIECE]
    said = fail(server.url, target)
    server.content = whole

    download.fetch(server.url, target, Reports())

    assert "got 0.3 MB without its end" in said
    assert target.read_bytes() == whole


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (403, "status 403: the server does not give it to everybody"),
        (404, "status 404: the file is not there"),
        (418, "status 418: the server does not give it"),
        (503, "status 503: the server has a fault of its own; try later"),
    ],
)
def test_a_refusal_says_what_it_means_and_is_not_remembered(
    server: ZipServer, target: Path, status: int, said: str
) -> None:
    """Asking again asks the server again."""
    server.status = status
    message = fail(server.url, target)
    server.status = 200

    download.fetch(server.url, target, Reports())

    assert said in message
    assert str(target) in message
    assert target.read_bytes() == server.content


@pytest.mark.parametrize("status", [503, 200], ids=["an error", "a page"])
def test_a_refusal_leaves_what_is_there(
    server: ZipServer, target: Path, status: int
) -> None:
    """A server that is down for an hour must not cost half a gigabyte."""
    size = begin(server, target)
    content, server.content = server.content, b"<!DOCTYPE html><title>Sorry</title>"
    server.status, server.etag = status, ""
    fail(server.url, target)
    server.content, server.status, server.etag = content, 200, '"first"'

    download.fetch(server.url, target, Reports())

    assert server.num_sent[-1] == len(server.content) - size
    assert target.read_bytes() == content


def test_a_length_that_does_not_come_is_refused(
    server: ZipServer, target: Path
) -> None:
    """The server announces more than it sends."""
    server.announced = len(server.content) + 1

    said = fail(server.url, target)

    assert "a connection that broke off after 0.4 MB" in said
    assert not target.exists()


def test_a_file_of_unknown_length_arrives(server: ZipServer, target: Path) -> None:
    """Some servers do not say how much will come; the zip itself knows its end."""
    server.hides_length = True
    reports = Reports()

    download.fetch(server.url, target, reports)

    assert target.read_bytes() == server.content
    assert {share for share, _ in reports} == {0.0}
    assert re.fullmatch(r"0\.\d MB", reports[-1][1])


def test_a_file_that_is_packed_on_its_way_arrives(
    server: ZipServer, target: Path
) -> None:
    """The length that the server announces is then another one."""
    content = server.content
    server.content = gzip.compress(content)
    server.encoding = "gzip"

    download.fetch(server.url, target, Reports())

    assert target.read_bytes() == content


@pytest.mark.parametrize("hides_length", [True, False], ids=["hidden", "announced"])
def test_a_file_without_end_is_refused(
    server: ZipServer,
    target: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    hides_length: bool,
) -> None:
    """A server that sends for ever would fill the disk; nothing of it stays."""
    monkeypatch.setattr(download, "MAX_SIZE", 2 * PIECE)
    server.hides_length = hides_length

    said = fail(server.url, target)

    assert "Expected at most 0.1 MB" in said
    assert [each.name for each in target.parent.iterdir()] == ["gzip.zip.lock"]


def test_a_server_that_is_off_is_named_so(target: Path) -> None:
    """Nobody listens at a port that has just been closed."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    assert "got a refused connection" in fail(f"http://127.0.0.1:{port}/a.zip", target)


def test_a_name_without_address_is_named_so(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The usual error of a machine without network."""

    def fails(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fails)

    said = fail("https://biometrics.example/gzip.zip", target)

    assert "no address for this server (is this machine online?)" in said


def test_a_server_without_encryption_is_named_so(
    server: ZipServer, target: Path
) -> None:
    """Something in between may answer in the place of the server."""
    said = fail(server.url.replace("http:", "https:"), target)

    assert "a certificate or an encryption that cannot be trusted" in said


def test_a_server_that_says_nothing_is_given_up(
    server: ZipServer, target: Path
) -> None:
    """It has taken the request, but never answers."""
    server.is_dumb = True

    assert "got no answer in time" in fail(server.url, target, timeout=0.1)


def test_a_server_that_falls_silent_is_given_up(
    server: ZipServer, target: Path
) -> None:
    """What has come before stays."""
    server.pause_after = 2 * PIECE

    said = fail(server.url, target, timeout=0.5)

    assert "got no answer in time after 0.1 MB. Ask again, and it goes on" in said
    assert PartFile(target).size == 2 * PIECE


@pytest.mark.parametrize(
    "url",
    [
        "ftp://nist.gov/gzip.zip",
        "file:///etc/passwd",
        "gzip.zip",
        "https://",
        "http://[",
    ],
)
def test_only_addresses_of_web_servers_are_fetched(url: str, target: Path) -> None:
    """A path has a command of its own."""
    with pytest.raises(DownloadError, match=r"begins with https://.*datasets import"):
        download.fetch(url, target, Reports())

    assert not target.parent.exists()


def test_a_zip_that_lies_there_is_taken(server: ZipServer, target: Path) -> None:
    """Somebody may have put it there by hand."""
    target.parent.mkdir()
    target.write_bytes(zip_of_noise(seed=2, num_pieces=1))

    download.fetch(server.url, target, Reports())

    assert server.asked == []
    assert target.read_bytes() == zip_of_noise(seed=2, num_pieces=1)


def test_a_page_that_lies_there_is_replaced(server: ZipServer, target: Path) -> None:
    """A browser may have saved an apology under the name of the file."""
    target.parent.mkdir()
    target.write_text("<!DOCTYPE html>")
    server.status = 503
    said = fail(server.url, target)
    server.status = 200

    download.fetch(server.url, target, Reports())

    assert f"{target} (what lies there now is no whole zip)" in said
    assert target.read_bytes() == server.content


def test_a_second_download_at_the_same_time_is_refused(
    server: ZipServer, target: Path
) -> None:
    """Two that write to one file would make rubbish of it."""
    said = []

    def report(share: float, _: str) -> None:
        if share > 0 and not said:
            said.append(fail(server.url, target))

    download.fetch(server.url, target, report)

    assert len(said) == 1
    assert f"the only one who downloads {target}" in said[0]
    assert target.read_bytes() == server.content


def test_too_little_space_is_found_before_it_is_filled(
    server: ZipServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server announces the length, so nobody has to wait for a full disk."""
    usage = shutil.disk_usage(target.parent.parent)._replace(free=100_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)

    with pytest.raises(HomeError, match=r"Expected 0\.4 MB of free space.*got 0\.1 MB"):
        download.fetch(server.url, target, Reports())

    assert PartFile(target).size == 0


@pytest.fixture
def limit_files() -> Iterator[Callable[[int], None]]:
    """Let no file grow beyond a size, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(size: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))

    yield limit
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_fills_up_keeps_what_is_there(
    server: ZipServer, target: Path, limit_files: Callable[[int], None]
) -> None:
    """When there is room again, the download goes on."""
    limit_files(100_000)
    with pytest.raises(HomeError, match=f"Expected to write to {target.parent}, got"):
        download.fetch(server.url, target, Reports())
    limit_files(10_000_000)

    download.fetch(server.url, target, Reports())

    assert server.asked == ["", "bytes=100000-"]
    assert target.read_bytes() == server.content


def test_a_folder_that_cannot_be_made_is_named(server: ZipServer, target: Path) -> None:
    """Somebody may have a file of that name."""
    target.parent.write_text("")

    with pytest.raises(HomeError, match=f"Expected to write to {target.parent}"):
        download.fetch(server.url, target, Reports())
