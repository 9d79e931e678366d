"""Query parameters and counters, read back as they were written or not at all."""

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import state
from dashboard.state import Cell


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Put a dictionary in the place of the address."""
    parameters: dict[str, str] = {}
    monkeypatch.setattr(state.st, "query_params", parameters)
    return parameters


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Put a dictionary in the place of the session."""
    values: dict[str, object] = {}
    monkeypatch.setattr(state.st, "session_state", values)
    return values


@pytest.mark.parametrize(
    "cell",
    [Cell(0, 0), Cell(4, 9), Cell(9, 4), Cell(4, None), Cell(None, 9)],
    ids=str,
)
@pytest.mark.usefixtures("address", "session")
def test_chosen_cell_is_read_back(cell: Cell) -> None:
    """A swap of the two would look just as convincing."""
    state.choose_cell(cell)

    assert state.cell(10) == cell


@pytest.mark.parametrize(
    ("cell", "written"),
    [(Cell(4, 9), "4-9"), (Cell(4, None), "4-"), (Cell(None, 9), "-9")],
)
@pytest.mark.usefixtures("session")
def test_cell_is_written_as_true_and_predicted(
    cell: Cell, written: str, address: dict[str, str]
) -> None:
    """Old links must keep their meaning."""
    state.choose_cell(cell)

    assert address == {"cell": written}


@pytest.mark.parametrize(
    "written",
    [
        "",
        "-",
        "4",
        "12-",
        "-12",
        "x-9",
        "4-x",
        "4-9-1",
        "10-1",
        "1-10",
        "a-b",
        "4 - 9",
        "-1-2",
        "9" * 5000,
    ],
    ids=lambda text: text[:8] or "empty",
)
def test_what_is_no_cell_is_none(written: str, address: dict[str, str]) -> None:
    address["cell"] = written

    assert state.cell(10) is None


@pytest.mark.parametrize(
    ("written", "image"),
    [("0", 0), ("9999", 9999), ("10000", None), ("-1", None), ("1.5", None)],
)
def test_image_is_a_position_in_the_split(
    written: str, image: int | None, address: dict[str, str]
) -> None:
    address["image"] = written

    assert state.image(10_000) == image


def test_number_of_too_many_digits_is_no_image(address: dict[str, str]) -> None:
    """Python refuses to read more than 4,300 digits, by an exception."""
    address["image"] = "9" * 5000

    assert state.image(10_000) is None


@pytest.mark.usefixtures("session")
def test_another_cell_drops_the_image(address: dict[str, str]) -> None:
    address.update(cell="1-7", image="5", split="test")

    state.choose_cell(Cell(4, 9))

    assert address == {"cell": "4-9", "split": "test"}


@pytest.mark.usefixtures("session")
def test_another_run_drops_what_was_chosen_in_the_last(address: dict[str, str]) -> None:
    address.update(cell="1-7", image="5", numbers="Row %")

    state.choose_run("b")

    assert address == {"run": "b", "numbers": "Row %"}


def test_run_of_the_address_goes_before_that_of_the_session(
    address: dict[str, str], session: dict[str, object]
) -> None:
    """Who follows a link wants the run of the link."""
    session["run"] = "last"
    assert state.run_id() == "last"

    address["run"] = "linked"

    assert state.run_id() == "linked"


@pytest.mark.usefixtures("session")
def test_counter_starts_at_zero_and_counts() -> None:
    assert state.number(state.SAMPLE) == 0

    state.count_up(state.SAMPLE)

    assert state.number(state.SAMPLE) == 1
    assert state.number(state.UPLOADER) == 0


def test_removed_parameter_leaves_the_address() -> None:
    """With the real address, whose methods are not quite those of a dictionary."""

    def page() -> None:
        from dashboard import state  # noqa: PLC0415 - its code runs elsewhere

        state.choose_image(5)
        state.choose_image(None)
        state.choose_image(None)

    app = AppTest.from_function(page).run()

    assert not app.exception
    assert app.query_params == {}


def test_selected_runs_are_read_back_and_leave_the_address(
    address: dict[str, str],
) -> None:
    state.select_runs(("a", "b"))
    assert address == {"runs": "a,b"}
    assert state.selected_runs() == ("a", "b")

    state.select_runs(())

    assert address == {}
    assert state.selected_runs() == ()


def test_run_that_is_named_twice_is_selected_once(address: dict[str, str]) -> None:
    address["runs"] = "b,,a,b,"

    assert state.selected_runs() == ("b", "a")


@pytest.mark.usefixtures("session")
def test_last_deletion_is_kept_for_the_session() -> None:
    assert state.deleted_runs() == ()

    state.keep_deleted(("a", "b"))

    assert state.deleted_runs() == ("a", "b")
