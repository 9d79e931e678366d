"""Colours: readable, told apart, and the same in the page and in the figures."""

import itertools
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from dashboard.charts import theme
from dashboard.charts.theme import DARK, LIGHT, Palette, contrast, readable_on

ROOT = Path(__file__).parents[3]
THEMES = pytest.mark.parametrize(
    ("name", "palette"), [("light", LIGHT), ("dark", DARK)], ids=["light", "dark"]
)


def config() -> dict[str, dict[str, object]]:
    text = (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["theme"]


@THEMES
def test_page_and_figures_have_the_same_colours(name: str, palette: Palette) -> None:
    """A figure on its own shade of paper looks like a mistake."""
    section = config()[name]

    assert {
        "backgroundColor": palette.paper,
        "secondaryBackgroundColor": palette.card,
        "textColor": palette.text,
        "grayTextColor": palette.secondary,
        "borderColor": palette.line,
        "linkColor": palette.accent,
        "blueColor": palette.training,
        "chartCategoricalColors": list(palette.classes),
        "chartSequentialColors": list(palette.sequential),
    }.items() <= section.items()


@THEMES
def test_text_is_readable_on_every_surface(name: str, palette: Palette) -> None:
    """WCAG AA asks for 4.5 to 1."""
    sidebar = config()[name]["sidebar"]["backgroundColor"]

    for ink, surface in itertools.product(
        (palette.text, palette.secondary, palette.accent, palette.training),
        (palette.paper, palette.card, sidebar),
    ):
        assert contrast(ink, surface) >= 4.5, (ink, surface)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_white_label_of_the_main_button_is_readable(name: str) -> None:
    """Streamlit writes it in white whatever the colour of the button."""
    assert contrast(config()[name]["primaryColor"], "#FFFFFF") >= 4.5


@THEMES
def test_class_colours_are_visible_on_paper(name: str, palette: Palette) -> None:
    """WCAG AA asks for 3 to 1 for what is not text."""
    del name

    assert len(set(palette.classes)) == 10
    assert min(contrast(c, palette.paper) for c in palette.classes) >= 3


@THEMES
@pytest.mark.parametrize(
    "vision",
    [
        np.eye(3),
        # Machado, Oliveira, Fernandes 2009, severity 1, linear RGB.
        np.array(
            [
                [0.152286, 1.052583, -0.204868],
                [0.114503, 0.786281, 0.099216],
                [-0.003882, -0.048116, 1.051998],
            ]
        ),
        np.array(
            [
                [0.367322, 0.860646, -0.227968],
                [0.280085, 0.672501, 0.047413],
                [-0.011820, 0.042940, 0.968881],
            ]
        ),
    ],
    ids=["normal", "protanopia", "deuteranopia"],
)
def test_class_colours_differ_for_everybody(
    name: str, palette: Palette, vision: np.ndarray
) -> None:
    """Two classes that one man in twelve cannot tell apart are one class to him."""
    del name
    seen = [oklab(vision @ linear(colour)) for colour in palette.classes]

    nearest = min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2))

    assert nearest > 0.09


def linear(colour: str) -> np.ndarray:
    part = np.array(list(bytes.fromhex(colour[1:]))) / 255
    return np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)


def oklab(rgb: np.ndarray) -> np.ndarray:
    to_cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    to_lab = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return to_lab @ np.cbrt(to_cones @ np.clip(rgb, 0, 1))


@THEMES
def test_numbers_are_readable_on_every_ink_density(name: str, palette: Palette) -> None:
    """Half-dark cells are the hard ones: ink and paper both fail on them."""
    del name

    for colour in palette.sequential:
        assert contrast(readable_on(colour), colour) >= 4.5


def test_contrast_of_black_and_white_is_21() -> None:
    """The number of the WCAG definition."""
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)


def test_palette_follows_the_theme() -> None:
    assert theme.palette(dark=True) is DARK
    assert theme.palette(dark=False) is LIGHT


def test_few_classes_have_a_colour_each_and_many_share_by_group() -> None:
    """Sixty-two colours are no colours."""
    digits = theme.class_colours(tuple("0123456789"), LIGHT)
    many = theme.class_colours(tuple("0123456789ABab"), LIGHT)

    assert len(set(digits)) == 10
    assert many[:10] == (LIGHT.classes[0],) * 10
    assert many[10:] == (LIGHT.classes[1],) * 2 + (LIGHT.classes[2],) * 2


@THEMES
def test_figures_let_the_page_show_through(name: str, palette: Palette) -> None:
    """The same figure stands on paper and on a card."""
    del name
    layout = theme.template(palette).layout

    assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0, 0, 0, 0)"
    assert layout.font.color == palette.text
    assert layout.hoverlabel.bgcolor == palette.card


def test_charts_do_not_load_streamlit() -> None:
    """Figures are drawn in tests and on the command line too."""
    modules = ("bars", "confusion", "curves", "glyphs", "mosaic", "theme")
    program = "import sys\n" + "".join(
        f"import dashboard.charts.{name}\n" for name in modules
    )
    program += "sys.exit('streamlit' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)

    assert done.returncode == 0
