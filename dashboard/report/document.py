"""Put headings, text, tables and figures together to one HTML file.

The file asks no other machine for anything: plotly.js (4.8 MB) and the script that
draws figures on the pages are in it. All text is escaped.
"""

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import plotly.graph_objects as go

from dashboard import assets
from dashboard.charts.theme import LIGHT

_STYLE: Final = f"""
body {{ max-width: 960px; margin: 2rem auto; padding: 0 1rem; line-height: 1.5;
  font-family: "Source Sans", "Source Sans 3", system-ui, sans-serif;
  background: {LIGHT.paper}; color: {LIGHT.text}; }}
h1 {{ margin-bottom: 0; }} h2 {{ margin-top: 2.5rem; }}
p.remark {{ color: {LIGHT.secondary}; }}
table {{ border-collapse: collapse; }}
th, td {{ text-align: left; padding: 0.25rem 1.25rem 0.25rem 0;
  border-bottom: 1px solid {LIGHT.line}; }}
th:not(:last-child), td:not(:last-child) {{ white-space: nowrap; }}
td:last-child {{ min-width: 12rem; overflow-wrap: break-word; }}
.scrolls {{ overflow-x: auto; }}
@media print {{ h2 {{ break-after: avoid; }} .part {{ break-inside: avoid; }} }}
"""

_START: Final = """
const plotly = new Blob([JSON.parse(document.getElementById("plotly").textContent)])
const address = URL.createObjectURL(plotly)
for (const host of document.querySelectorAll("[data-figure]")) {
  const source = document.getElementById(host.dataset.figure)
  const data = { ...JSON.parse(source.textContent), events: [] }
  const drawing = { data, parentElement: host, setTriggerValue: () => {} }
  draw(drawing, address).catch(error => sayThatItFailed(drawing, error))
}
"""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A figure of a report.

    Attributes:
        figure: Made by `dashboard.charts`, in the light theme.
        alt: What it shows, for those who cannot see it.
    """

    figure: go.Figure
    alt: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of a report: a title for each column, and rows of texts."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of a report under a heading of its own.

    Attributes:
        heading: In sentence case.
        text: Plain sentences; may be empty.
        content: Figures and tables, in order.
        remark: How to read them; may be empty.
    """

    heading: str
    text: str = ""
    content: Sequence[Picture | Table] = field(default=())
    remark: str = ""


def document(title: str, subtitle: str, parts: Sequence[Part]) -> str:
    """Return a whole HTML file.

    Args:
        title: Of the report, as plain text.
        subtitle: One line below it.
        parts: What it tells, in order.
    """
    pictures: list[Picture] = []
    body = "\n".join(_part(part, pictures) for part in parts)
    sources = "\n".join(_source(*each) for each in enumerate(pictures))
    plotly = _data("plotly", assets.plotly_file().read_text("utf-8"))
    script = assets.FIGURE_JS.read_text("utf-8").replace("\nexport ", "\n")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{html.escape(title)}</h1>\n<p class=remark>{html.escape(subtitle)}</p>\n"
        f"{body}\n{sources}\n{plotly}\n"
        f'<script type="module">\n{script}\n{_START}</script>\n</body>\n</html>\n'
    )


def _part(part: Part, pictures: list[Picture]) -> str:
    lines = [f"<section class=part>\n<h2>{html.escape(part.heading)}</h2>"]
    if part.text:
        lines.append(f"<p>{html.escape(part.text)}</p>")
    for each in part.content:
        if isinstance(each, Table):
            lines.append(_table(each))
            continue
        lines.append(f'<div data-figure="{_name(len(pictures))}"></div>')
        pictures.append(each)
    if part.remark:
        lines.append(f"<p class=remark>{html.escape(part.remark)}</p>")
    return "\n".join([*lines, "</section>"])


def _table(table: Table) -> str:
    head = "".join(f"<th>{html.escape(title)}</th>" for title in table.titles)
    rows = "\n".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>"
        for row in table.rows
    )
    return (
        f"<div class=scrolls><table>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{rows}\n</tbody>\n</table></div>"
    )


def _source(number: int, picture: Picture) -> str:
    name = _name(number)
    facts = {"figure": picture.figure.to_json(), "alt": picture.alt, "name": name}
    return _data(name, facts)


def _name(number: int) -> str:
    return f"figure-{number}"


def _data(name: str, content: object) -> str:
    """Write JSON into the file, in which nothing can end the element."""
    text = json.dumps(content).replace("<", "\\u003c")
    return f'<script type="application/json" id="{name}">{text}</script>'
