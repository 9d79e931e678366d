"""Download a big zip so that nothing that is here already is fetched twice.

Whatever ends a download, a click on Stop, a broken connection or a killed process, the
next one goes on from there if the server lets it, and says so if not. A failure is not
remembered: asking again tries again.
"""

import itertools
import shutil
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from core import files, settings
from core.datasets import http_source
from core.datasets.http_source import Answer, ConnectionBroken
from core.datasets.part_file import Origin, PartFile
from core.errors import DownloadError, HomeError

Report = Callable[[float, str], None]
"""Takes the share that is done, 0.0 to 1.0, and what to say; may raise to stop it."""

TIMEOUT: Final = 30.0
"""Seconds to wait for a connection, and for each further byte."""

MAX_SIZE: Final = 2**31
"""The most bytes that are taken from a server, four times the largest known zip."""

_ZIP_START: Final = b"PK\x03\x04"
_REPORT_BYTES: Final = 2**16
_REPORT_SECONDS: Final = 0.2
_MIN_SECONDS: Final = 1.0
_CHANGED: Final = "Starting over, because the file on the server has changed: "
_NO_RANGES: Final = "Starting over, because the server cannot resume a download: "
_RESUMED: Final = "Resumed: "


@settings.changes
def fetch(url: str, target: Path, report: Report, *, timeout: float = TIMEOUT) -> Path:
    """Download a zip, unless it is there.

    Args:
        url: Its address, http or https.
        target: Where to put it. A whole zip that lies there is taken as it is; anything
            else is replaced when the download is complete.
        report: Called after every 64 kB, or sooner if these take longer than 0.2 s.
            What has come stays when it raises.
        timeout: Seconds to wait for a connection, and for each further byte.

    Returns:
        The target, now a zip whose list of members can be read.

    Raises:
        DownloadError: If it does not come, if something else comes, or if somebody
            else is downloading it; says what to do.
        HomeError: If it cannot be written, or there is too little space.
    """
    http_source.check_url(url)
    part = PartFile(target)
    with part.locked():
        if is_whole_zip(target):
            return target
        try:
            _complete(url, part, report, timeout=timeout)
        except DownloadError as error:
            message = f"{error} {_by_hand(url, target)}"
            raise DownloadError(message) from error
        part.finish()
    return target


def is_whole_zip(path: Path) -> bool:
    """Tell whether a file is a zip of which the end, the list of members, is there."""
    try:
        with zipfile.ZipFile(path) as archive:
            return bool(archive.namelist())
    except files.DAMAGED:
        return False


def megabytes(size: int) -> str:
    """Write a size: "561.8 MB"."""
    return f"{size / 1e6:,.1f} MB"


def check_space(folder: Path, size: int) -> None:
    """Raise `HomeError` if a folder's disk has no room for so many bytes."""
    free = shutil.disk_usage(folder).free
    if size > free:
        message = (
            f"Expected {megabytes(size)} of free space in {folder}, got "
            f"{megabytes(free)}. Make room there, or set INKLAB_HOME to another folder."
        )
        raise HomeError(message)


class _Progress:
    """Reports how a download goes, but not at each of many small pieces."""

    def __init__(self, report: Report, answer: Answer, remark: str) -> None:
        self._report = report
        self._total = answer.total
        self._remark = remark
        self._start = self._reported = answer.start
        self._started = self._reported_at = time.monotonic()

    def tell(self, size: int) -> None:
        """Say how much is there, if it is time to."""
        now = time.monotonic()
        is_much = size - self._reported >= _REPORT_BYTES or size == self._total
        if not is_much and now - self._reported_at < _REPORT_SECONDS:
            return
        self._reported, self._reported_at = size, now
        share = size / self._total if self._total else 0.0
        of_total = f" of {megabytes(self._total)}" if self._total else ""
        speed = self._speed(size, now - self._started)
        self._report(share, f"{self._remark}{megabytes(size)}{of_total}{speed}")

    def _speed(self, size: int, seconds: float) -> str:
        if seconds < _MIN_SECONDS:
            return ""
        return f", {megabytes(round((size - self._start) / seconds))} per second"


def _complete(url: str, part: PartFile, report: Report, *, timeout: float) -> None:
    """Fetch what is missing of a part, and make sure that it is a zip."""
    origin = part.origin(url)
    if origin is None or part.size < origin.total:
        report(part.size / origin.total if origin else 0.0, f"Asking {url}")
        with http_source.asking(
            url, origin=origin, start=part.size, timeout=timeout
        ) as answer:
            progress = _Progress(report, answer, _remark(origin, answer))
            _receive(url, part, answer, progress)
    if not is_whole_zip(part.path):
        received = f"{megabytes(part.size)} without its end, the list of members"
        part.discard()
        message = f"Expected a whole zip at {url}, got {received}. Ask again."
        raise DownloadError(message)


def _origin(url: str, answer: Answer) -> Origin | None:
    if not answer.can_resume or answer.total is None:
        return None
    return Origin(url=url, validator=answer.validator, total=answer.total)


def _remark(origin: Origin | None, answer: Answer) -> str:
    if origin is None:
        return ""
    if answer.start:
        return _RESUMED
    is_same = (answer.validator, answer.total) == (origin.validator, origin.total)
    return _NO_RANGES if is_same else _CHANGED


def _receive(url: str, part: PartFile, answer: Answer, progress: _Progress) -> None:
    """Append what comes to a part.

    Raises:
        DownloadError: If it ends early, or is no zip, or too long.
        HomeError: If the disk is full.
    """
    if (answer.total or 0) > MAX_SIZE:
        raise _too_big(url)
    # What is there is added to, or dropped before its place is needed.
    check_space(part.target.parent, (answer.total or 0) - part.size)
    chunks = answer.chunks()
    try:
        if answer.start == 0:
            # Only a zip may take the place of what is there: a page may be gone soon.
            start = next(chunks, b"")
            _check_start(url, answer, start)
            part.begin(_origin(url, answer))
            chunks = itertools.chain([start], chunks)
        with part.opened() as file:
            for chunk in chunks:
                part.append(file, chunk)
                if file.tell() > MAX_SIZE:
                    break
                progress.tell(file.tell())
    except ConnectionBroken as error:
        raise _broken_off(url, part, answer, str(error)) from error
    if part.size > MAX_SIZE:
        part.discard()
        raise _too_big(url)
    if answer.total is not None and part.size != answer.total:
        raise _broken_off(url, part, answer, "an answer that ended early")


def _check_start(url: str, answer: Answer, chunk: bytes) -> None:
    if chunk.startswith(_ZIP_START):
        return
    is_page = "html" in answer.kind or chunk.lstrip().startswith(b"<")
    received = "a web page" if is_page else "something else"
    where = "" if answer.url == url else f" from {answer.url}"
    message = (
        f"Expected the zip at {url}, got {received}{where} that begins with {chunk!r}."
    )
    raise DownloadError(message)


def _too_big(url: str) -> DownloadError:
    return DownloadError(f"Expected at most {megabytes(MAX_SIZE)} at {url}, got more.")


def _broken_off(url: str, part: PartFile, answer: Answer, reason: str) -> DownloadError:
    size = part.size
    expected = "the rest" if answer.total is None else megabytes(answer.total)
    if answer.can_resume:
        next_time = "Ask again, and it goes on from there."
    else:
        part.discard()
        next_time = "The server cannot resume a download, so asking again starts over."
    return DownloadError(
        f"Expected {expected} from {url}, got {reason} after {megabytes(size)}. "
        f"{next_time}"
    )


def _by_hand(url: str, target: Path) -> str:
    """Say how to do without this download."""
    there = " (what lies there now is no whole zip)" if target.exists() else ""
    return (
        f"Or download {url} in a browser and put the file at {target}{there}, or "
        "import it from where it is: python -m core datasets import PATH --name NAME"
    )
