"""Reading pictures from a terminal with a trained network."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core import cli
from core.config import TrainingConfig
from core.datasets import catalog, store
from core.datasets.spec import DatasetSpec
from core.evaluation.novelty import Verdict
from core.jobs import worker
from core.jobs.kinds import novelty
from core.runs import open_store
from tests.small_data import SMALL

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def trained_home(
    tmp_path_factory: pytest.TempPathFactory,
    empty_database: Path,
    small_mnist_files: DatasetSpec,
) -> Iterator[Path]:
    """Train one run for all tests here, and keep it."""
    folder = tmp_path_factory.mktemp("trained-home")
    (folder / "runs.db").write_bytes(empty_database.read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INKLAB_HOME", str(folder))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.setattr(catalog, "_SPECS", (small_mnist_files,))
        config = TrainingConfig(network=SMALL.network, batch_size=30, epochs=15)
        worker.perform(open_store().create(config, name="run"))
        yield folder


@pytest.fixture(autouse=True)
def home(trained_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Take the place of the home that each test has elsewhere."""
    monkeypatch.setenv("INKLAB_HOME", str(trained_home))
    return trained_home


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Draw ten training digits, dark on light paper, named after their labels."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    train = store.load("mnist").train
    for number in range(10):
        large = np.kron(255 - train.images[number], np.ones((6, 6), np.uint8))
        name = f"{train.labels[number]}__writer-{number}.png"
        Image.fromarray(large).save(folder / name)
    return folder


def answer_of(captured: Captured) -> dict[str, Any]:
    """Return the one JSON object that was printed, on the only line."""
    (line,) = captured.readouterr().out.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_labelled_pictures_give_an_accuracy(pictures: Path, capsys: Captured) -> None:
    """A folder of one's own handwriting is a test set."""
    code = cli.main(
        ["predict", "--run", "latest", str(pictures), "--labelled", "--json"]
    )

    found = answer_of(capsys)
    answers = found["answers"]
    right = [answer["answer"] == answer["label"] for answer in answers]
    assert code == 0
    assert found["run_id"] == open_store().get("latest").id
    assert found["n"] == 10
    assert found["accuracy"] == pytest.approx(np.mean(right))
    assert found["accuracy"] >= 0.8


def test_each_answer_names_its_file_label_and_probability(
    pictures: Path, capsys: Captured
) -> None:
    """In the order of the names, so that two runs can be compared."""
    cli.main(["predict", "--run", "latest", str(pictures), "--labelled", "--json"])

    answers = answer_of(capsys)["answers"]
    files = sorted(pictures.iterdir())
    assert [answer["file"] for answer in answers] == [str(file) for file in files]
    assert [answer["label"] for answer in answers] == [file.name[0] for file in files]
    assert all(answer["answer"] in list("0123456789") for answer in answers)
    assert all(0.1 <= answer["probability"] <= 1 for answer in answers)
    assert set(answers[0]) == {"file", "label", "answer", "probability", "verdict"}
    assert {answer["verdict"] for answer in answers} <= set(Verdict)


def test_without_labels_there_is_no_accuracy(pictures: Path, capsys: Captured) -> None:
    """Names of files are not labels unless somebody says so."""
    (picture, *_) = pictures.iterdir()

    cli.main(["predict", "--run", "latest", str(picture), "--json"])

    found = answer_of(capsys)
    assert set(found) == {"run_id", "n", "answers", "temperature", "answered_share"}
    assert set(found["answers"][0]) == {"file", "answer", "probability", "verdict"}


def test_a_run_without_thresholds_gives_no_verdict(
    pictures: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of an earlier version still classifies."""
    monkeypatch.setattr(novelty, "of_run", lambda *_: None)

    code = cli.main(["predict", "--run", "latest", str(pictures), "--json"])

    found = answer_of(capsys)
    assert code == 0
    assert found["answered_share"] is None
    assert {answer["verdict"] for answer in found["answers"]} == {None}


def test_a_broken_picture_does_not_hide_the_others(
    pictures: Path, capsys: Captured
) -> None:
    """One bad file among a thousand is told, counted as wrong, and passed over."""
    (pictures / "0__broken.png").write_bytes(b"no picture")

    code = cli.main(
        ["predict", "--run", "latest", str(pictures), "--labelled", "--json"]
    )

    printed = capsys.readouterr()
    found = json.loads(printed.out)
    (broken,) = [
        each for each in found["answers"] if each["file"].endswith("broken.png")
    ]
    right = sum(each["answer"] == each["label"] for each in found["answers"])
    assert code == 1
    assert found["n"] == 11
    assert found["accuracy"] == pytest.approx(right / 11)
    assert (broken["answer"], broken["probability"]) == (None, None)
    assert "broken.png" in broken["error"]
    assert printed.err == f"error: {broken['error']}\n"


@pytest.mark.parametrize(
    "trouble", ["empty", pytest.param("locked", id="may not be read")]
)
def test_folder_that_gives_nothing_does_not_hide_the_others(
    pictures: Path,
    tmp_path: Path,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
    trouble: str,
) -> None:
    """It is told, and the exit code says that not all went well."""
    folder = tmp_path / trouble
    folder.mkdir()
    look = Path.iterdir

    def refuse(path: Path) -> Iterator[Path]:
        if path.name == "locked":
            raise PermissionError(13, "Permission denied")
        return look(path)

    monkeypatch.setattr(Path, "iterdir", refuse)

    code = cli.main(
        ["predict", "--run", "latest", str(folder), str(pictures), "--json"]
    )

    printed = capsys.readouterr()
    found = json.loads(printed.out)
    (problem,) = found["problems"]
    assert code == 1
    assert found["n"] == 10
    assert problem["file"] == str(folder)
    assert printed.err == f"error: {problem['error']}\n"


def test_files_without_a_label_are_left_out_of_the_accuracy(
    pictures: Path, capsys: Captured
) -> None:
    """They counted as wrong, so that an accuracy of 0 was quite wrong itself."""
    (picture, *others) = sorted(pictures.iterdir())
    for name in ("scan.png", "ten__scan.png", "5__"):
        (pictures / name).with_suffix(".png").write_bytes(picture.read_bytes())

    code = cli.main(
        ["predict", "--run", "latest", str(pictures), "--labelled", "--json"]
    )

    printed = capsys.readouterr()
    found = json.loads(printed.out)
    labelled = [each for each in found["answers"] if each["label"] is not None]
    right = sum(each["answer"] == each["label"] for each in labelled)
    assert code == 1
    assert len(labelled) == len(others) + 2
    assert found["unlabelled"] == 2
    assert found["accuracy"] == pytest.approx(right / len(labelled))
    assert "got 2 of 13 that do not" in printed.err


def test_without_any_label_there_is_no_accuracy_and_an_error(
    pictures: Path, capsys: Captured
) -> None:
    """Somebody named the files otherwise, and would take 0 for the model's."""
    for number, picture in enumerate(sorted(pictures.iterdir())):
        picture.rename(pictures / f"{number}.png")

    code = cli.main(
        ["predict", "--run", "latest", str(pictures), "--labelled", "--json"]
    )

    printed = capsys.readouterr()
    assert code == 1
    assert "accuracy" not in json.loads(printed.out)
    assert "Expected file names that begin with a class" in printed.err


def test_pictures_of_phones_and_of_macs(pictures: Path, capsys: Captured) -> None:
    """JFIF is JPEG; a damaged HEIC is told; what a Mac adds to files is no picture."""
    (picture, *_) = pictures.iterdir()
    Image.open(picture).save(pictures / "5__a.jfif", "JPEG")
    (pictures / "5__b.heic").write_bytes(b"\0\0\0\x18ftypheic" + bytes(40))
    (pictures / f"._{picture.name}").write_bytes(b"\0\x05\x16\x07")

    code = cli.main(["predict", "--run", "latest", str(pictures), "--json"])

    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert code == 1
    assert found["n"] == 12
    assert printed.err.count("error:") == 1
    assert "5__b.heic, a HEIC or AVIF picture that is damaged" in printed.err


def test_what_is_no_picture_is_passed_over_in_a_folder(
    pictures: Path, capsys: Captured
) -> None:
    """Folders have notes and hidden files too."""
    (pictures / "notes.txt").write_text("notes")

    assert cli.main(["predict", "--run", "latest", str(pictures), "--json"]) == 0

    assert answer_of(capsys)["n"] == 10


@pytest.mark.parametrize("name", ["missing.png", "notes.txt"])
def test_a_file_that_was_named_must_be_a_picture(
    tmp_path: Path, capsys: Captured, name: str
) -> None:
    """Whoever names a file expects an answer for it."""
    (tmp_path / "notes.txt").write_text("notes")

    code = cli.main(["predict", "--run", "latest", str(tmp_path / name), "--json"])

    printed = capsys.readouterr()
    assert code == 1
    assert name in printed.err
    assert ("damaged" in printed.err) is (name == "notes.txt")
    assert json.loads(printed.out)["answers"][0]["answer"] is None


def test_a_folder_without_pictures_is_an_error(
    tmp_path: Path, capsys: Captured
) -> None:
    """A mistyped folder must not look like a success; zero of zero is no number."""
    folder = tmp_path / "empty"
    folder.mkdir()

    code = cli.main(["predict", "--run", "latest", str(folder), "--labelled", "--json"])

    assert code == 1
    assert "Expected pictures in the folder" in capsys.readouterr().err


def test_people_get_a_table(pictures: Path, capsys: Captured) -> None:
    """With every file, and the accuracy below."""
    assert cli.main(["predict", "--run", "latest", str(pictures), "--labelled"]) == 0

    printed = capsys.readouterr().out
    assert all(file.name in printed for file in pictures.iterdir())
    assert "accuracy" in printed.splitlines()[-1]


def test_a_run_without_a_model_is_told_in_plain_words(
    pictures: Path, capsys: Captured
) -> None:
    """It waits, failed or was stopped."""
    run_id = open_store().create(TrainingConfig(), name="waits")

    code = cli.main(["predict", "--run", run_id, str(pictures), "--json"])

    assert code == 1
    assert "Expected a run with a model" in capsys.readouterr().err


@pytest.fixture
def number(pictures: Path, tmp_path: Path) -> Path:
    """Put three of the digits beside each other, and one below them."""
    digits = [Image.open(file) for file in sorted(pictures.iterdir())[:4]]
    paper = Image.new("L", (3 * 168, 2 * 168), 255)
    for at, digit in enumerate(digits):
        paper.paste(digit, (at % 3 * 168, at // 3 * 168))
    file = tmp_path / "number.png"
    paper.save(file)
    return file


def test_line_reads_each_character_with_its_box(number: Path, capsys: Captured) -> None:
    """Line by line, from left to right; boxes are in pixels of the picture."""
    code = cli.main(["predict", "--run", "latest", "--line", str(number), "--json"])

    (answer,) = answer_of(capsys)["answers"]
    assert code == 0
    assert [len(line) for line in answer["lines"]] == [3, 1]
    characters = [each for line in answer["lines"] for each in line]
    assert answer["text"].replace("\n", "") == "".join(
        each["answer"] for each in characters
    )
    for place, each in enumerate(characters):
        box = each["box"]
        assert box["left"] // 168 == place % 3
        assert box["top"] // 168 == place // 3
        assert 0.1 <= each["probability"] <= 1


def test_line_prints_the_text(number: Path, capsys: Captured) -> None:
    """For people, the text is what counts, then where it is from."""
    cli.main(["predict", "--run", "latest", "--line", str(number)])

    printed = capsys.readouterr().out
    assert "number.png" in printed
    assert "text" in printed
    assert "probability" in printed


def test_line_goes_on_after_a_picture_that_cannot_be_read(
    number: Path, tmp_path: Path, capsys: Captured
) -> None:
    blank = tmp_path / "blank.png"
    Image.new("L", (100, 60), 255).save(blank)

    code = cli.main(
        ["predict", "--run", "latest", "--line", str(blank), str(number), "--json"]
    )

    printed = capsys.readouterr()
    empty, read = json.loads(printed.out)["answers"]
    assert code == 1
    assert (empty["text"], empty["lines"]) == (None, [])
    assert "blank" in empty["error"]
    assert read["text"]
    assert printed.err.startswith("error: ")


def test_labels_are_of_single_characters(number: Path, capsys: Captured) -> None:
    code = cli.main(["predict", "--run", "latest", "--line", "--labelled", str(number)])

    assert code == 2
    assert "--labelled" in capsys.readouterr().err
