"""Which two of the runs to look at, and whether one of them is better."""

from collections.abc import Mapping
from typing import Final

import streamlit as st

from core.evaluation.pairs import Pairs
from core.insight import verdicts
from core.proportion import percent
from dashboard import figure, services, state, words
from dashboard.charts.run_pairs import MARK, Measure, pairs_figure
from dashboard.figure import Hit
from dashboard.widgets.compare.comparable_runs import Compared

FIRST: Final = "first_run"
SECOND: Final = "second_run"
MATRIX: Final = "pairs_of_runs"

EXPLAINED: Final[Mapping[Measure, str]] = {
    "difference": "Accuracy of the second run minus that of the first, in percentage "
    f"points; {MARK} is significant after Holm's correction.",
    "agreement": "Percent of the test images that both predict as the same class.",
}

HELP: Final = (
    "Fixed: images that only the second run classifies correctly. Broken: images that "
    "only the first one does. p is that of McNemar's exact test: how often two equally "
    "good models differ that much or more. It is about these two networks. Another "
    "seed gives other networks: to compare recipes, train each with several seeds."
)


def pick(compared: Compared, pairs: Pairs) -> tuple[int, int]:
    """Let the viewer choose two runs, and say which is better.

    Args:
        compared: The runs.
        pairs: Each against each.

    Returns:
        The numbers of the first and of the second run.
    """
    first, second = _chosen(compared, pairs)
    if len(compared.runs) == 2:  # noqa: PLR2004 - there is only one pair
        _verdict(compared, pairs, first=first, second=second)
        _swap(compared, first, second)
        return first, second
    st.subheader("Each run against each", anchor=False)
    matrix_column, pair_column = st.columns(2, gap="medium")
    with matrix_column:
        _matrix(compared, pairs, selected=(first, second))
    with pair_column:
        _pickers(compared, first, second)
        _verdict(compared, pairs, first=first, second=second)
        st.caption(verdicts.many_tests(pairs))
    return first, second


def _chosen(compared: Compared, pairs: Pairs) -> tuple[int, int]:
    """Return the pair of the address; else the first run and the best of the others."""
    ids = [run.id for run in compared.runs]
    named = state.pair(ids)
    if named is not None:
        return ids.index(named[0]), ids.index(named[1])
    mistakes = pairs.both_wrong.diagonal()
    return 0, min(range(1, len(ids)), key=lambda number: int(mistakes[number]))


def _choose(compared: Compared, first: int, second: int) -> None:
    state.choose_pair(compared.runs[first].id, compared.runs[second].id)


def _matrix(compared: Compared, pairs: Pairs, *, selected: tuple[int, int]) -> None:
    measure = _pick_measure()

    def choose(hit: Hit) -> None:
        if 0 <= hit.index < pairs.num_models**2:
            first, second = divmod(hit.index, pairs.num_models)
            if first != second:
                _choose(compared, first, second)

    figure.show(
        pairs_figure(
            pairs,
            labels=compared.numbers,
            names=compared.titles,
            measure=measure,
            selected=selected,
            palette=services.palette(),
        ),
        key=MATRIX,
        alt=f"Matrix of all pairs of runs. {EXPLAINED[measure]}",
        on_click=choose,
    )
    st.caption(f"{EXPLAINED[measure]} Click a cell to choose its pair.")


def _pick_measure() -> Measure:
    chosen = st.segmented_control(
        "Pairs",
        ("Difference", "Agreement"),
        default="Difference",
        required=True,
        key=state.PAIR_MEASURE,
        **state.LINKED,
        label_visibility="collapsed",
    )
    return "agreement" if chosen == "Agreement" else "difference"


def _pickers(compared: Compared, first: int, second: int) -> None:
    """Let the viewer choose the pair by name, for the keyboard and the phone."""
    st.session_state[FIRST], st.session_state[SECOND] = first, second
    for key, label in ((FIRST, "First run"), (SECOND, "Second run")):
        st.selectbox(
            label,
            range(len(compared.runs)),
            format_func=compared.titles.__getitem__,
            key=key,
            on_change=_choose_named,
            args=(compared, first, second),
        )
    _swap(compared, first, second)


def _swap(compared: Compared, first: int, second: int) -> None:
    st.button(
        "Swap",
        icon=":material/swap_horiz:",
        key="swap_runs",
        help="Look at it the other way round: what was fixed is then broken.",
        on_click=_choose,
        args=(compared, second, first),
    )


def _choose_named(compared: Compared, first: int, second: int) -> None:
    wanted = (st.session_state[FIRST], st.session_state[SECOND])
    # Whoever chooses the other one of the pair wants them the other way round.
    pair = wanted if wanted[0] != wanted[1] else (second, first)
    _choose(compared, *pair)


def _verdict(compared: Compared, pairs: Pairs, *, first: int, second: int) -> None:
    found = pairs.pair(first, second)
    sentence = verdicts.verdict(
        found,
        words.literal(compared.titles[first]),
        words.literal(compared.titles[second]),
        adjusted=float(pairs.adjusted[first, second]),
        num_pairs=pairs.num_pairs,
    )
    st.markdown(f"**{sentence}**", help=HELP)
    st.markdown(
        f"{verdicts.difference_text(found.difference, found.total)}. Both predict the "
        f"same class for {percent(float(pairs.agreement[first, second]))} of the "
        f"images, and both are wrong about {words.count(found.both_wrong, 'image')}.",
        help="In brackets: the 95 % confidence interval of the difference for two "
        "models tested on the same images (Newcombe 1998, method 10). Cohen's kappa "
        f"of their predictions: {pairs.kappa[first, second]:.4f}.",
    )
