"""The colours of all figures, and one Plotly template for each theme.

The same colours stand in .streamlit/config.toml, where Streamlit reads them;
a test compares the two.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import plotly.graph_objects as go

from core.datasets.classes import GROUP_TITLES, group_of

FONT = '"Source Sans", sans-serif'
"""The framework's own; Plotly's hover labels would be Arial."""

LEGEND_ABOVE: Final[Mapping[str, object]] = {
    "orientation": "h",
    "x": 0,
    "y": 1.02,
    "yanchor": "bottom",
}
"""On the left: the tool bar of a figure comes on the right."""

MAX_COLOURED_CLASSES = 10
"""More classes than this cannot be told apart by colour."""


@dataclass(frozen=True)
class Palette:
    """Every colour of one theme, as "#RRGGBB".

    Attributes:
        paper: Background of the page.
        card: Background of cards and of hover labels.
        text: Ink.
        secondary: Axis labels and remarks.
        line: Hairlines and axes.
        tile_edge: Hairline between glyphs, visible beside their black.
        accent: Selection.
        training: Everything measured on training images.
        validation: Everything measured on validation images.
        sequential: From paper to ink.
        classes: Ten colours that colour-blind people can tell apart.
    """

    paper: str
    card: str
    text: str
    secondary: str
    line: str
    tile_edge: str
    accent: str
    training: str
    validation: str
    sequential: tuple[str, ...]
    classes: tuple[str, ...]


LIGHT = Palette(
    paper="#FBF9F4",
    card="#FFFFFF",
    text="#1C2033",
    secondary="#6B6F82",
    line="#E4E0D6",
    tile_edge="#E4E0D6",
    accent="#C63D21",
    training="#2F6DB5",
    validation="#C63D21",
    sequential=(
        *("#FBF9F4", "#DFDEDD", "#C3C4C6", "#A9AAAF", "#8F9199"),
        *("#767883", "#5D616E", "#464A5A", "#303446", "#1C2033"),
    ),
    classes=(
        *("#0077BB", "#CC3311", "#39A083", "#C08400", "#AA3377"),
        *("#4797C4", "#663333", "#332288", "#222255", "#000000"),
    ),
)

DARK = Palette(
    paper="#13151F",
    card="#1B1E2B",
    text="#ECE9E1",
    secondary="#9A9EB0",
    line="#2C3042",
    tile_edge="#4A5068",
    accent="#FF7A59",
    training="#6FA3E0",
    validation="#FF7A59",
    sequential=(
        *("#13151F", "#262831", "#3C3D45", "#525359", "#6A6A6E"),
        *("#828284", "#9B9B9A", "#B6B4B1", "#D0CEC9", "#ECE9E1"),
    ),
    classes=(
        *("#0077BB", "#CC3311", "#BBCC33", "#EEDD88", "#AD467E"),
        *("#77AADD", "#EE7733", "#CC6677", "#99DDFF", "#BBBBBB"),
    ),
)


def palette(*, dark: bool) -> Palette:
    """Return the colours of the dark or the light theme."""
    return DARK if dark else LIGHT


def class_colours(classes: tuple[str, ...], palette: Palette) -> tuple[str, ...]:
    """Give each class its colour: its own up to ten classes, else its group's.

    Args:
        classes: Names of the classes, in the order of their labels.
        palette: Colours of the theme.

    Returns:
        One colour for each class. Beyond ten classes, those of a group share one.
    """
    if len(classes) <= MAX_COLOURED_CLASSES:
        return palette.classes[: len(classes)]
    of_group = dict(zip(GROUP_TITLES, palette.classes, strict=False))
    return tuple(of_group[group_of(name)] for name in classes)


def scale(colours: tuple[str, ...]) -> list[list[float | str]]:
    """Spread colours evenly over 0 to 1, as Plotly wants a colour scale."""
    last = len(colours) - 1
    return [[position / last, colour] for position, colour in enumerate(colours)]


def diverging(palette: Palette) -> tuple[str, str, str]:
    """Return the colours of less, the same and more: vermilion, paper, blue."""
    return palette.validation, palette.paper, palette.training


def diverging_at(share: float, palette: Palette) -> str:
    """Return the colour of the diverging scale at -1.0 (less) to 1.0 (more)."""
    less, same, more = diverging(palette)
    end = more if share > 0 else less
    parts = [
        (int(same[at : at + 2], 16), int(end[at : at + 2], 16)) for at in (1, 3, 5)
    ]
    mixed = [round(start + (stop - start) * abs(share)) for start, stop in parts]
    return "#" + "".join(f"{part:02X}" for part in mixed)


def contrast(first: str, second: str) -> float:
    """Return the WCAG contrast of two colours "#RRGGBB", from 1 to 21."""
    darker, lighter = sorted((_luminance(first), _luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def readable_on(background: str) -> str:
    """Return black or white, whichever reads better on a colour.

    One of the two always has a contrast of 4.58 or more; softer ink does not.
    """
    return max("#000000", "#FFFFFF", key=lambda ink: contrast(ink, background))


def _luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2: 0 for black, 1 for white."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - the constants of sRGB
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@functools.cache
def template(palette: Palette) -> go.layout.Template:
    """Return what all figures of a theme have in common."""
    axis = {
        "automargin": True,
        "gridcolor": palette.line,
        "linecolor": palette.line,
        "tickfont": {"color": palette.secondary, "size": 12},
        "ticklabelstandoff": 4,
        "title": {"font": {"color": palette.secondary, "size": 13}, "standoff": 8},
        "zeroline": False,
    }
    return go.layout.Template(
        layout={
            "colorway": list(palette.classes),
            "font": {"family": FONT, "color": palette.text},
            "hoverlabel": {
                "align": "left",
                "bgcolor": palette.card,
                "bordercolor": palette.line,
                "font": {"family": FONT, "color": palette.text, "size": 13},
            },
            "hovermode": "closest",
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "modebar": {
                "activecolor": palette.text,
                "bgcolor": "rgba(0, 0, 0, 0)",
                "color": palette.secondary,
            },
            "paper_bgcolor": "rgba(0, 0, 0, 0)",
            "plot_bgcolor": "rgba(0, 0, 0, 0)",
            "xaxis": axis,
            "yaxis": axis,
        }
    )


def base_figure(
    palette: Palette, *, name: str, height: int, can_zoom: bool = False
) -> go.Figure:
    """Return an empty figure with `base_layout`."""
    layout = base_layout(palette, name=name, height=height, can_zoom=can_zoom)
    return go.Figure(layout=layout)


def base_layout(
    palette: Palette, *, name: str, height: int, can_zoom: bool = False
) -> dict[str, Any]:
    """Return the layout of a figure in the look of the theme.

    Args:
        palette: Colours of the theme.
        name: Stays the same while the data change, so that zoom and legend choices
            survive them.
        height: In pixels; fixed, so that the page below does not jump.
        can_zoom: Whether there is something to look closer at.

    Returns:
        A new dictionary, with axes. `dashboard.figure` reads the colours in `meta`.
    """
    return {
        "template": template(palette),
        "height": height,
        "meta": {"paper": palette.paper, "accent": palette.accent},
        "uirevision": name,
        "showlegend": False,
        "dragmode": "zoom" if can_zoom else False,
        "xaxis": {"fixedrange": not can_zoom},
        "yaxis": {"fixedrange": not can_zoom},
    }


def outline(x: float, y: float, palette: Palette) -> dict[str, object]:
    """Return a Plotly shape: a square in the accent colour around a cell."""
    return {
        "type": "rect",
        "x0": x - 0.5,
        "x1": x + 0.5,
        "y0": y - 0.5,
        "y1": y + 0.5,
        "line": {"color": palette.accent, "width": 3},
    }
