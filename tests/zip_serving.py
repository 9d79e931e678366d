"""A real web server on this machine that serves one file, well or badly."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

DATE: Final = "Mon, 01 Jan 2024 00:00:00 GMT"
_RANGE: Final = re.compile(r"bytes=(\d+)-")


class ZipServer(ThreadingHTTPServer):
    """Serves `content` at any path; what it does can be changed between requests.

    Attributes:
        content: The file.
        kind: What it calls the file.
        encoding: How it says that the content is packed; "" if it is not.
        etag: Its entity tag; "" to send none.
        date: When it says the file was changed; "" to send none.
        has_ranges: Whether it gives a part of the file.
        heeds_if_range: Whether it gives a part of another file than was asked for.
        announced: The length that it announces; None for the right one.
        hides_length: Whether it announces none.
        is_dumb: Whether it waits for `woken` before it answers.
        pause_after: Bytes after which it waits for `woken`; None not to wait.
        break_after: Bytes after which it ends an answer; None to send all.
        status: What it answers instead of the file, with a page; 200 for the file.
        redirect: Where it sends those who ask for "/old.zip".
        asked: The range that each request asked for; "" for all.
        num_sent: Bytes of the file that were sent in each answer.
    """

    daemon_threads = True

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content = content
        self.kind = "application/zip"
        self.encoding = ""
        self.etag = '"first"'
        self.date = DATE
        self.has_ranges = True
        self.heeds_if_range = True
        self.announced: int | None = None
        self.hides_length = False
        self.is_dumb = False
        self.pause_after: int | None = None
        self.break_after: int | None = None
        self.status = 200
        self.redirect = ""
        self.asked: list[str] = []
        self.num_sent: list[int] = []
        self.woken = threading.Event()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def url(self) -> str:
        """Where its file is."""
        return f"{self.address}/gzip.zip"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of those who hang up."""


class _Handler(BaseHTTPRequestHandler):
    server: ZipServer

    def do_GET(self) -> None:
        server = self.server
        wanted = self.headers.get("Range", "")
        server.asked.append(wanted)
        if server.is_dumb:
            server.woken.wait()
        elif server.redirect and self.path == "/old.zip":
            self.send_response(302)
            self.send_header("Location", server.redirect)
            self.end_headers()
        elif server.status != 200 or self.path == "/page":
            self._send_page()
        else:
            self._send_file(self._start(wanted))

    def _start(self, wanted: str) -> int:
        server = self.server
        match = _RANGE.fullmatch(wanted)
        is_same = self.headers.get("If-Range") in {server.etag, server.date}
        is_given = server.has_ranges and (is_same or not server.heeds_if_range)
        return int(match[1]) if match and is_given else 0

    def _send_page(self) -> None:
        page = b"<!DOCTYPE html><title>Sorry</title>"
        self.send_response(self.server.status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def _send_file(self, start: int) -> None:
        server = self.server
        size = len(server.content)
        self.send_response(206 if start else 200)
        self.send_header("Content-Type", server.kind)
        if not server.hides_length:
            length = server.announced or size - start
            self.send_header("Content-Length", str(length))
        if server.encoding:
            self.send_header("Content-Encoding", server.encoding)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        if server.has_ranges:
            self.send_header("Accept-Ranges", "bytes")
        if server.etag:
            self.send_header("ETag", server.etag)
        if server.date:
            self.send_header("Last-Modified", server.date)
        self.end_headers()
        body = server.content[start:][: server.break_after]
        server.num_sent.append(len(body))
        if server.pause_after is not None:
            self.wfile.write(body[: server.pause_after])
            server.woken.wait()
            body = body[server.pause_after :]
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def serving(content: bytes) -> Iterator[ZipServer]:
    """Serve a file from a thread of this process."""
    with ZipServer(content) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.woken.set()
            server.shutdown()
            thread.join()
