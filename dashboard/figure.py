"""Put a figure on a page: drawn in place, and able to tell what was hit in it.

A figure that changes is not made anew: plotly.js draws the new data on the element
that is there, so zoom, legend and hover survive. What happens in the browser is in
figure.js; what is sent with each update is the figure and the few lines here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import plotly.graph_objects as go
import streamlit as st

from dashboard import assets

_LOADER: Final = f"""
const at = path => new URL(path, document.baseURI).href
export default component => {{
  import(at("{assets.figure_js()}"))
    .then(it => it.draw(component, at("{assets.plotly_js()}"))
      .catch(error => {{ it.sayThatItFailed(component, error); throw error }}))
    .catch(error => {{
      if (!component.parentElement.textContent)
        component.parentElement.textContent = "This figure cannot be drawn."
      console.error(error)
    }})
}}
"""

_Read = TypeVar("_Read")

_draw = st.components.v2.component("inklab_figure", js=_LOADER, isolate_styles=False)


@dataclass(frozen=True)
class Hit:
    """What a click, a tap or Enter has hit.

    Attributes:
        trace: Number of the trace in the figure.
        index: Number of the point in its trace, or what the trace's `customdata`
            gives for it; of a grid the number of the cell, counted row by row.
        x: Where it is on the x axis; of a grid the column.
        y: Where it is on the y axis; of a grid the row.
    """

    trace: int
    index: int
    x: float | str | None
    y: float | str | None


@dataclass(frozen=True)
class Selection:
    """What a box or a lasso has in it; nothing after a double click.

    Attributes:
        traces: For each point the number of its trace.
        indices: For each point its number, as `Hit.index`.
        box: Where it begins and ends on the x axis, and on the y axis; None if there
            is nothing, or the axes have no numbers.
    """

    traces: tuple[int, ...]
    indices: tuple[int, ...]
    box: tuple[tuple[float, float], tuple[float, float]] | None = None


@dataclass(frozen=True)
class Change:
    """What somebody did to the view: zoom, pan, a legend choice, a brushed axis.

    Attributes:
        values: What plotly.js reports: `{"xaxis.range[0]": 2.5, ...}`; of parallel
            coordinates `{"axes": [[name, [[low, high], ...]], ...]}`, all axes from
            left to right with what is held of each.
        traces: Numbers of the traces that it is about; none if it is the layout.
    """

    values: Mapping[str, object]
    traces: tuple[int, ...]


def show(
    figure: go.Figure,
    *,
    key: str,
    alt: str,
    on_click: Callable[[Hit], None] | None = None,
    on_select: Callable[[Selection], None] | None = None,
    on_change: Callable[[Change], None] | None = None,
) -> None:
    """Show a figure, in place of the one that had its key before.

    Callbacks run before the page does, so what they choose is there when it is drawn.

    Args:
        figure: Made by `dashboard.charts`.
        key: Its name on the page, and that of the file when it is downloaded.
        alt: What it shows, for those who cannot see it.
        on_click: Called with what was hit.
        on_select: Called with what is in a box or a lasso.
        on_change: Called when zoom, legend or a brushed axis has changed.
    """
    wanted = {"hit": on_click, "selection": on_select, "change": on_change}
    _draw(
        key=key,
        data={
            "figure": figure.to_json(),
            "alt": alt,
            "name": key,
            "events": [name for name, call in wanted.items() if call is not None],
        },
        on_hit_change=_callback(key, "hit", read_hit, on_click),
        on_selection_change=_callback(key, "selection", read_selection, on_select),
        on_change_change=_callback(key, "change", read_change, on_change),
        # Running the page, or its part, is all that another theme asks for.
        on_theme_change=lambda: None,
    )


def read_hit(sent: Mapping[str, Any]) -> Hit | None:
    """Read what a browser sent as hit; None if it is no such thing."""
    match sent:
        case {"trace": int(trace), "index": int(index)}:
            return Hit(trace, index, _place(sent.get("x")), _place(sent.get("y")))
        case _:
            return None


def read_selection(sent: Mapping[str, Any]) -> Selection | None:
    """Read what a browser sent as selected; None if it is no such thing."""
    points = sent.get("points")
    if not isinstance(points, list):
        return None
    pairs = []
    for point in points:
        match point:
            case [int(trace), int(index)]:
                pairs.append((trace, index))
            case _:
                return None
    return Selection(
        tuple(trace for trace, _ in pairs),
        tuple(index for _, index in pairs),
        _box(sent.get("box")),
    )


def read_change(sent: Mapping[str, Any]) -> Change | None:
    """Read what a browser sent as changed; None if it is no such thing."""
    values, traces = sent.get("values"), sent.get("traces", [])
    if not isinstance(values, dict) or not isinstance(traces, list):
        return None
    return Change(values, tuple(each for each in traces if isinstance(each, int)))


def _box(sent: object) -> tuple[tuple[float, float], tuple[float, float]] | None:
    match sent:
        case {
            "x": [int() | float() as left, int() | float() as right],
            "y": [int() | float() as top, int() | float() as bottom],
        }:
            return (left, right), (top, bottom)
        case _:
            return None


def _callback(
    key: str,
    name: str,
    read: Callable[[Mapping[str, Any]], _Read | None],
    call: Callable[[_Read], None] | None,
) -> Callable[[], None] | None:
    if call is None:
        return None

    def callback() -> None:
        sent = st.session_state[key].get(name)
        found = read(sent) if isinstance(sent, Mapping) else None
        if found is not None:
            call(found)

    return callback


def _place(value: object) -> float | str | None:
    return value if isinstance(value, int | float | str) else None
