"""Ask an HTTP server for a file, or for the rest of it, and say what went wrong.

A server may let a broken download go on: it is asked for a range of bytes, on the
condition (`If-Range`) that the file is still the one of which the beginning is here.
What tells two files apart is the server's validator: an entity tag or a date.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import requests
import urllib3.exceptions
from requests import exceptions

from core.datasets.part_file import Origin
from core.errors import DownloadError

CHUNK_SIZE: Final = 2**16
"""The most bytes that are read at once."""

START_SIZE: Final = 15
"""Bytes of the first chunk, by which one can tell what comes."""

_HEADERS: Final = {
    "User-Agent": "Mozilla/5.0 (compatible; Inklab)",
    # A packed answer has another length than the file.
    "Accept-Encoding": "identity",
}

_CONTENT_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(\d+)")

_REASONS: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (
        urllib3.exceptions.NameResolutionError,
        "no address for this server (is this machine online?)",
    ),
    (exceptions.SSLError, "a certificate or an encryption that cannot be trusted"),
    (exceptions.ProxyError, "no answer from the proxy"),
    (ConnectionRefusedError, "a refused connection"),
    (urllib3.exceptions.NewConnectionError, "no way to the server"),
    (urllib3.exceptions.TimeoutError, "no answer in time"),
    (exceptions.Timeout, "no answer in time"),
    (exceptions.TooManyRedirects, "one redirection after the other"),
    (exceptions.InvalidSchema, "a redirection to something other than http(s)"),
    (urllib3.exceptions.HTTPError, "a connection that broke off"),
    (exceptions.ConnectionError, "a connection that broke off"),
)
"""What lies at the bottom of an error, the most specific first."""

_STATUSES: Final = {
    HTTPStatus.UNAUTHORIZED: "the server wants a password",
    HTTPStatus.FORBIDDEN: "the server does not give it to everybody",
    HTTPStatus.NOT_FOUND: "the file is not there",
    HTTPStatus.GONE: "the file is not there any more",
    HTTPStatus.TOO_MANY_REQUESTS: "the server has been asked too often; try later",
}

_NOT_THE_REST: Final = (
    HTTPStatus.PARTIAL_CONTENT,
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
)
"""What a server answers that has some rest, but not the one that was asked for."""


@dataclass(frozen=True)
class Answer:
    """A server's answer, of which the bytes are still to be read.

    Attributes:
        response: The answer as `requests` gives it.
        start: Position in the file of its first byte.
        total: Length of the whole file; None if the server does not say.
        validator: What tells this file from an earlier or later one; "" if nothing.
        can_resume: Whether the server lets a broken download go on.
    """

    response: requests.Response
    start: int
    total: int | None
    validator: str
    can_resume: bool

    @property
    def url(self) -> str:
        """Where it comes from in the end, after all redirections."""
        return self.response.url

    @property
    def kind(self) -> str:
        """What the server calls the content: "application/zip"."""
        return self.response.headers.get("Content-Type", "")

    def chunks(self) -> Iterator[bytes]:
        """Give the bytes as they come; raises `ConnectionBroken` if they end early.

        Nothing waits until a chunk is full, so a slow line can be stopped at once, and
        nothing that came is lost when it breaks off.
        """
        raw = self.response.raw
        try:
            chunk = raw.read(START_SIZE, decode_content=True)
            while chunk:
                yield chunk
                chunk = raw.read1(CHUNK_SIZE, decode_content=True)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise ConnectionBroken(_reason(error)) from error


class ConnectionBroken(Exception):  # noqa: N818 - never seen outside, see `download`
    """The bytes of an answer ended early; its text says why."""


def check_url(url: str) -> None:
    """Refuse what is no address of a web server.

    Raises:
        DownloadError: If it is not http or https, or names no server.
    """
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_web = False
    if not is_web:
        message = (
            f"Expected an address that begins with https:// or http://, got {url!r}. "
            "For a file on this machine, use: python -m core datasets import PATH "
            "--name NAME"
        )
        raise DownloadError(message)


@contextmanager
def asking(
    url: str, *, origin: Origin | None = None, start: int = 0, timeout: float
) -> Iterator[Answer]:
    """Ask for a file, or for the rest of one.

    Args:
        url: Its address, checked.
        origin: The file that is to go on; None to have all of it.
        start: Where it is to go on.
        timeout: Seconds to wait for a connection, and for each further byte.

    Yields:
        The answer: the rest of that very file, or a whole one.

    Raises:
        DownloadError: If there is no answer, or not a good one; says why, but not
            what to do.
    """
    with requests.Session() as session, ExitStack() as stack:

        def get(more: dict[str, str]) -> requests.Response:
            response = session.get(
                url, headers=_HEADERS | more, stream=True, timeout=timeout
            )
            return stack.enter_context(response)

        try:
            answer: Answer | None = None
            if origin is None:
                response = get({})
            else:
                wanted = {"Range": f"bytes={start}-", "If-Range": origin.validator}
                response = get(wanted)
                answer = _rest(response, origin, start)
                if answer is None and response.status_code in _NOT_THE_REST:
                    response = get({})
            answer = answer or _whole(url, response)
        except (exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
            message = f"Expected the file at {url}, got {_reason(error)}."
            raise DownloadError(message) from error
        yield answer


def _rest(response: requests.Response, origin: Origin, start: int) -> Answer | None:
    """Return the answer if it is the rest of that very file."""
    if response.status_code != HTTPStatus.PARTIAL_CONTENT:
        return None
    match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    is_wanted = match is not None and match.groups() == (str(start), str(origin.total))
    validator = _validator(response)
    # Not all servers heed If-Range.
    if not is_wanted or validator not in {"", origin.validator}:
        return None
    return Answer(response, start, origin.total, origin.validator, can_resume=True)


def _whole(url: str, response: requests.Response) -> Answer:
    status = response.status_code
    if status != HTTPStatus.OK:
        message = f"Expected the file at {url}, got status {status}: {_say(status)}."
        raise DownloadError(message)
    headers = response.headers
    length = headers.get("Content-Length", "")
    is_encoded = headers.get("Content-Encoding", "identity") != "identity"
    total = int(length) if length.isdecimal() and not is_encoded else None
    validator = _validator(response)
    can_resume = headers.get("Accept-Ranges") == "bytes" and bool(validator and total)
    return Answer(response, 0, total, validator, can_resume)


def _validator(response: requests.Response) -> str:
    """Return the entity tag, or the date; weak tags do not promise equal bytes."""
    tag = response.headers.get("ETag", "")
    return tag if tag.startswith('"') else response.headers.get("Last-Modified", "")


def _say(status: int) -> str:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "the server has a fault of its own; try later"
    known = {int(code): words for code, words in _STATUSES.items()}
    return known.get(status, "the server does not give it")


def _reason(error: BaseException) -> str:
    causes = list(_causes(error))
    for kind, words in _REASONS:
        if any(isinstance(cause, kind) for cause in causes):
            return words
    return f"an error ({type(error).__name__})"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Give an error and what it wraps: in its arguments, as its reason or its cause."""
    yield error
    inner = (*error.args, getattr(error, "reason", None), error.__cause__)
    for each in inner:
        if isinstance(each, BaseException):
            yield from _causes(each)
