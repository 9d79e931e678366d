"""The matrix of all pairs of runs."""

import numpy as np
import plotly.graph_objects as go
import pytest

from core.evaluation.pairs import Pairs, compare_all
from dashboard.charts.run_pairs import Measure, pairs_figure
from dashboard.charts.theme import LIGHT


def runs(*num_wrong: int) -> Pairs:
    """Compare runs that get the first so many of 1,000 images wrong."""
    labels = np.zeros(1_000, np.uint8)
    predicted = np.stack([np.arange(1_000) < each for each in num_wrong])
    return compare_all(labels, predicted.astype(np.uint8), num_classes=2)


def draw(pairs: Pairs, measure: Measure = "difference") -> go.Figure:
    names = [f"({number})" for number in range(1, pairs.num_models + 1)]
    return pairs_figure(
        pairs,
        labels=names,
        names=names,
        measure=measure,
        selected=(0, 1),
        palette=LIGHT,
    )


def written(figure: go.Figure) -> dict[tuple[int, int], str]:
    """The numbers in the cells, by (first, second)."""
    trace = figure.data[1]
    cells = zip(trace.y, trace.x, strict=True)
    return dict(zip(cells, trace.text, strict=True))


def test_column_is_the_second_run_and_a_better_one_is_blue() -> None:
    """A transposed matrix looks just as convincing."""
    figure = draw(runs(40, 10, 38))

    assert figure.data[0].z[0][1] == 1.0
    assert figure.data[0].z[1][0] == -1.0
    assert figure.data[0].colorscale[-1][1] == LIGHT.training
    assert written(figure)[0, 1] == "+3.00*"
    assert figure.layout.xaxis.title.text == "Second run"


def test_only_what_remains_after_the_correction_is_marked() -> None:
    """7 of 7 has p of 0.016: enough for one pair, too little as one of three."""
    alone, among_three = runs(8, 1), runs(8, 1, 2)

    assert written(draw(alone))[0, 1] == "+0.70*"
    assert written(draw(among_three))[0, 1] == "+0.70*"
    assert written(draw(among_three))[0, 2] == "+0.60"


def test_diagonal_is_no_pair() -> None:
    figure = draw(runs(40, 10, 38))

    assert np.isnan(figure.data[0].z[1][1])
    assert figure.layout.meta["cells"]["captions"][4] == ""


def test_agreement_spans_the_scale() -> None:
    """Ink is for the pair that agrees most, however little that is."""
    figure = draw(runs(100, 90, 10), "agreement")

    assert figure.data[0].z[0][1] == 1.0
    assert figure.data[0].z[0][2] == 0.0
    assert written(figure)[0, 2] == "91.0"


def test_hovering_tells_all_of_a_pair() -> None:
    caption = draw(runs(40, 10, 38)).layout.meta["cells"]["captions"][1]

    assert caption == (
        "(2) minus (1): +3.00 percentage points, 30 fixed, 0 broken, p < 0.001 (p < "
        "0.001 after Holm's correction), same prediction for 97.00 %"
    )


@pytest.mark.parametrize("measure", ["difference", "agreement"])
def test_twenty_equal_runs_can_be_drawn(measure: Measure) -> None:
    """Nothing differs, and there is no room for numbers."""
    figure = draw(runs(*[40] * 20), measure)

    assert not written(figure)
    assert len(figure.layout.meta["cells"]["captions"]) == 400
