"""The layers of a network as a picture."""

import plotly.graph_objects as go
import pytest

from core.config import CnnConfig, ConvBlock, MlpConfig, Network, ResNetConfig
from dashboard.charts.network import ROW_HEIGHT, network_alt, network_diagram
from dashboard.charts.theme import LIGHT
from tests.small_data import dimensions

CLASSIC = MlpConfig()
LENET = CnnConfig(padding="valid")


def draw(network: Network) -> go.Figure:
    return network_diagram(network.layers(dimensions(10)), palette=LIGHT)


def texts(figure: go.Figure, *, row: int) -> list[str]:
    return [note.text for note in figure.layout.annotations if note.y == row]


def test_each_layer_is_a_box_and_the_image_is_on_top() -> None:
    figure = draw(CLASSIC)
    boxes, _ = figure.data

    assert boxes.x == (1, 1, 1, 1)
    assert boxes.y == (0, 1, 2, 3)
    assert tuple(figure.layout.yaxis.range) == (3.5, -0.5)


def test_a_box_tells_name_output_and_parameters() -> None:
    figure = draw(LENET)

    assert texts(figure, row=0) == ["<b>Input</b>", "28 x 28 pixels", "28x28"]
    assert texts(figure, row=1) == [
        "<b>Convolution, 16 filters, 5 x 5</b>",
        "Shape 24 x 24 x 16",
        "416 parameters",
        "16C5",
    ]
    assert texts(figure, row=2) == [
        "<b>Max pooling, 2 x 2</b>",
        "Shape 12 x 12 x 16",
        "P2",
    ]
    assert texts(figure, row=5)[:2] == ["<b>Dense, 128 units</b>", "Shape 128"]
    assert texts(figure, row=6)[0] == "<b>Output, 10 classes</b>"


def test_the_lines_are_shares_of_all_parameters() -> None:
    """100,480 and 8,256 and 650 of 109,386."""
    _, shares = draw(CLASSIC).data

    assert shares.x == pytest.approx((0, 0.91858, 0.07548, 0.00594), abs=1e-5)
    assert sum(shares.x) == pytest.approx(1)


def test_hovering_tells_the_work_too() -> None:
    boxes, shares = draw(CLASSIC).data

    assert boxes.hovertext[1] == (
        "Dense, 128 units<br>Shape 128<br>100,480 parameters, 91.86 % of all<br>"
        "100,352 multiply-adds (MACs) per image"
    )
    assert shares.hoverinfo == "skip"


@pytest.mark.parametrize(
    ("network", "num_layers"),
    [
        pytest.param(MlpConfig(hidden=()), 2, id="no hidden layer"),
        pytest.param(LENET, 7, id="lenet"),
        pytest.param(
            CnnConfig(
                blocks=(ConvBlock(filters=4, convolutions=3),) * 4, dense=(8,) * 6
            ),
            24,
            id="the deepest",
        ),
    ],
)
def test_more_layers_make_it_higher_not_wider(
    network: Network, num_layers: int
) -> None:
    """It is read on telephones too, where nothing scrolls sideways."""
    figure = draw(network)

    assert len(figure.data[0].y) == num_layers
    assert figure.layout.height == ROW_HEIGHT * num_layers + 4
    assert figure.layout.width is None
    assert len(figure.layout.shapes) == num_layers - 1


def test_a_residual_block_is_one_box_that_tells_its_parts() -> None:
    """Drawn part by part, a small network would fill three screens of a telephone."""
    figure = draw(ResNetConfig())

    assert texts(figure, row=3) == [
        "<b>Residual block, 64 filters</b>",
        "Shape 14 x 14 x 64",
        "59,016 parameters",
        "64SER",
    ]
    assert (
        figure.data[0]
        .hovertext[3]
        .startswith(
            "Residual block, 64 filters (two convolutions of 3 x 3, "
            "squeeze-and-excitation; a projection of the input is added)<br>"
        )
    )


def test_it_does_not_zoom() -> None:
    """There is nothing to find between the boxes."""
    layout = draw(CLASSIC).layout

    assert layout.xaxis.fixedrange
    assert layout.yaxis.fixedrange


def test_the_same_is_told_in_words() -> None:
    assert network_alt(CLASSIC.layers(dimensions(10))) == (
        "The network from top to bottom: Input; Dense, 128 units, 100,480 parameters; "
        "Dense, 64 units, 8,256 parameters; Output, 10 classes, 650 parameters"
    )
    assert network_alt(LENET.layers(dimensions(10))).startswith(
        "The network from top to bottom: Input, 28 x 28 pixels; "
        "Convolution, 16 filters, 5 x 5, shape 24 x 24 x 16, 416 parameters; "
        "Max pooling, 2 x 2, shape 12 x 12 x 16; "
    )
