"""A viewer without a browser: it speaks Streamlit's protocol and renders nothing.

A real browser would take processor time from the server and the training, whereas
other people's browsers run on their own machines. This viewer sends what a browser
sends: it opens a page, presses buttons, and refreshes live parts as often as the page
asks for it.
"""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Final

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

DEADLINE_SECONDS: Final = 120.0
LARGEST_MESSAGE: Final = 2**27


class Viewer:
    """One session on a page.

    Attributes:
        page_seconds: Duration of each run of the whole page, in seconds.
        refresh_seconds: Duration of each refresh of a live part, in seconds.
        gaps: Seconds between the ends of two refreshes.
        errors: Number of times each error occurred.
        address: The query string, without a question mark.
    """

    def __init__(self, connection: ClientConnection, page: str, address: str) -> None:
        self.page_seconds: list[float] = []
        self.refresh_seconds: list[float] = []
        self.gaps: list[float] = []
        self.errors: Counter[str] = Counter()
        self.address = address
        self._connection = connection
        self._page = page
        self._hashes: set[str] = set()
        self._buttons: dict[str, str] = {}
        self._intervals: dict[str, float] = {}
        self._last_refresh: float | None = None

    async def rerun(self, *, pressed: str = "", fragment: str = "") -> None:
        """Run the page or a live part of it, and wait until it has finished.

        Args:
            pressed: Key of a button that was pressed.
            fragment: Id of a live part.
        """
        if not fragment:
            self._intervals.clear()
        started = time.perf_counter()
        await self._connection.send(self._request(pressed, fragment))
        async with asyncio.timeout(DEADLINE_SECONDS):
            finished = False
            while not finished:
                finished = self._read(await self._message())
        ended = time.perf_counter()
        if not fragment:
            self.page_seconds.append(ended - started)
            return
        self.refresh_seconds.append(ended - started)
        if self._last_refresh is not None:
            self.gaps.append(ended - self._last_refresh)
        self._last_refresh = ended

    async def watch(self, seconds: float) -> None:
        """Refresh live parts as often as the page asks for it."""
        end = time.perf_counter() + seconds
        while (now := time.perf_counter()) < end:
            if not self._intervals:
                await asyncio.sleep(end - now)
                return
            fragment, interval = next(iter(self._intervals.items()))
            try:
                await self.rerun(fragment=fragment)
            except (TimeoutError, ConnectionClosed) as error:
                self.errors[type(error).__name__] += 1
                return
            # A browser's timer does not wait for the answer either.
            due = now + interval - time.perf_counter()
            await asyncio.sleep(max(due, 0))

    def _request(self, pressed: str, fragment: str) -> bytes:
        request = BackMsg()
        state = request.rerun_script
        state.query_string = self.address
        state.page_name = self._page
        state.fragment_id = fragment
        state.is_auto_rerun = bool(fragment)
        state.cached_message_hashes.extend(self._hashes)
        if pressed:
            widget = state.widget_states.widgets.add()
            widget.id = self._buttons[pressed]
            widget.trigger_value = True
        content: bytes = request.SerializeToString()
        return content

    async def _message(self) -> ForwardMsg:
        message = ForwardMsg()
        message.ParseFromString(await self._connection.recv(decode=False))
        return message

    def _read(self, message: ForwardMsg) -> bool:
        """Process a message, and return whether it ends a run of the page."""
        if message.metadata.cacheable and message.hash:
            self._hashes.add(message.hash)
        match message.WhichOneof("type"):
            case "auto_rerun":
                asked = message.auto_rerun
                self._intervals[asked.fragment_id] = asked.interval
            case "stop_auto_rerun":
                for fragment in message.stop_auto_rerun.fragment_ids:
                    self._intervals.pop(fragment, None)
            case "page_info_changed":
                self.address = message.page_info_changed.query_string
            case "delta" if message.delta.HasField("new_element"):
                self._read_element(message.delta.new_element)
            case "script_finished":
                return message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
        return False

    def _read_element(self, element: Element) -> None:
        match element.WhichOneof("type"):
            case "button":
                self._buttons[element.button.id.rpartition("-")[2]] = element.button.id
            case "exception":
                self.errors[element.exception.type] += 1
            case "alert" if element.alert.format == Alert.ERROR:
                self.errors[element.alert.body] += 1


@contextlib.asynccontextmanager
async def viewing(url: str, page: str, address: str = "") -> AsyncIterator[Viewer]:
    """Open a page in a new session.

    Args:
        url: Address of the server.
        page: Name of the page; empty for the first.
        address: The query string, without a question mark.

    Yields:
        The viewer, once the page has run.
    """
    stream = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
    async with connect(
        stream, subprotocols=["streamlit"], max_size=LARGEST_MESSAGE
    ) as connection:
        viewer = Viewer(connection, page, address)
        await viewer.rerun()
        yield viewer
