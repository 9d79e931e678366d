"""The commands about data sets, as one types them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core import cli
from core.cli import datasets as commands
from core.config import TrainingConfig
from core.datasets import catalog, store
from core.datasets.arrays import Dataset
from core.runs import open_store
from core.runs.store import RunStore

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command with --json, and return what it prints."""

    def command(*words: object) -> dict[str, Any]:
        code = cli.main([*map(str, words), "--json"])
        said = capsys.readouterr()
        assert code == 0, said.err
        printed: dict[str, Any] = json.loads(said.out.splitlines()[-1])
        return printed

    return command


@pytest.fixture
def archive(small_mnist: Dataset, tmp_path: Path) -> Path:
    """Write forty images of MNIST as `.npz`, without test images."""
    path = tmp_path / "digits.npz"
    chosen = np.argsort(small_mnist.train.labels, kind="stable")
    labels = small_mnist.train.labels[chosen]
    picked = [np.flatnonzero(labels == label)[:4] for label in range(10)]
    indices = chosen[np.concatenate(picked)]
    train = small_mnist.train
    np.savez(path, x_train=train.images[indices], y_train=train.labels[indices])
    return path


def test_an_import_tells_what_it_made(run: Run, archive: Path) -> None:
    """Scripts read it."""
    made = run("datasets", "import", archive, "--name", "digits", "--test-share", 0.25)

    assert made["name"] == "digits"
    assert made["classes"] == list("0123456789")
    assert (made["num_train"], made["num_test"]) == (30, 10)
    assert made["fingerprint"] == catalog.card("digits").fingerprint
    assert (made["left_out"], made["left_out_reasons"]) == (0, [])
    assert "25%" in " ".join(made["remarks"])


def test_every_choice_of_an_import_is_a_flag(run: Run, archive: Path) -> None:
    """What can be chosen on the page can be chosen here."""
    words = "--split digits --ink-style plain --seed 3 --transposed --size 32x20"
    words += " --on-problem refuse --title Mine --licence CC0 --test-share 0.5"

    made = run("datasets", "import", archive, "--name", "digits", *words.split())

    assert (made["title"], made["licence"]) == ("Mine", "CC0")
    assert made["ink_style"] == "plain"
    assert "look transposed" in " ".join(made["remarks"])


def test_what_was_left_out_is_counted_with_reasons(
    run: Run, small_mnist: Dataset, tmp_path: Path
) -> None:
    for label in "ab":
        (tmp_path / "set" / label).mkdir(parents=True)
        for number in range(4):
            image = small_mnist.train.images[10 * number + (label == "b")]
            Image.fromarray(image).save(tmp_path / "set" / label / f"{number}.png")
    (tmp_path / "set" / "a" / "broken.png").write_bytes(b"\x89PNG")

    made = run("datasets", "import", tmp_path / "set", "--name", "letters")

    assert made["left_out"] == 1
    assert [each["count"] for each in made["left_out_reasons"]] == [1]
    assert "broken.png" in made["left_out_reasons"][0]["examples"][0]


def test_what_is_exported_is_imported_again(
    run: Run, archive: Path, tmp_path: Path
) -> None:
    first = run("datasets", "import", archive, "--name", "digits")
    path = tmp_path / "out.zip"

    told = run("datasets", "export", "digits", "--form", "idx", "--output", path)
    again = run("datasets", "import", path, "--name", "again")

    assert told == {
        "exported": "digits",
        "form": "idx",
        "file": str(path),
        "bytes": path.stat().st_size,
    }
    assert again["fingerprint"] == first["fingerprint"]


def test_an_export_replaces_a_file_only_with_force(
    run: Run, archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("datasets", "import", archive, "--name", "digits")
    words = ["datasets", "export", "digits", "--form", "npz", "--output", str(archive)]

    assert cli.main(words) == 1
    assert "--force" in capsys.readouterr().err
    assert run(*words, "--force")["file"] == str(archive)
    assert tmp_path in archive.parents


def test_one_data_set_is_shown_with_its_runs(
    run: Run, archive: Path, run_store: RunStore
) -> None:
    run("datasets", "import", archive, "--name", "digits")
    run_store.create(TrainingConfig(dataset="mnist"), name="one")

    assert run("datasets", "show", "mnist")["runs"] == 1
    assert run("datasets", "show", "digits")["runs"] == 0
    assert [each["name"] for each in run("datasets", "list")["datasets"]] == [
        "mnist",
        "digits",
    ]


def test_for_people_empty_facts_are_left_out(
    run: Run, archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("datasets", "import", archive, "--name", "digits")

    assert cli.main(["datasets", "show", "digits"]) == 0

    said = capsys.readouterr().out
    assert "0 1 2 3 4 5 6 7 8 9" in said
    assert "28 x 28" in said
    assert "citation" not in said


def test_a_changed_file_is_found(
    run: Run, archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = run("datasets", "import", archive, "--name", "digits")
    assert run("datasets", "verify", "digits") == {
        "verified": "digits",
        "fingerprint": made["fingerprint"],
    }
    path = catalog.folder_of("digits") / "train_labels.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)

    assert cli.main(["datasets", "verify", "digits"]) == 1
    assert "its files have changed" in capsys.readouterr().err


def test_a_data_set_that_runs_used_is_deleted_only_with_yes(
    run: Run,
    archive: Path,
    run_store: RunStore,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run("datasets", "import", archive, "--name", "digits")
    run_id = run_store.create(TrainingConfig(dataset="digits"), name="one")
    dataset = store.load("digits")
    run_store.note_dataset(run_id, "{}", fingerprint=dataset.fingerprint)

    assert cli.main(["datasets", "delete", "digits"]) == 1
    assert "1 did with digits" in capsys.readouterr().err
    assert run("datasets", "delete", "digits", "--yes") == {
        "deleted": "digits",
        "runs": 1,
    }

    assert catalog.cards() == ()
    assert open_store().get(run_id).config.dataset == "digits"


def test_a_damaged_data_set_can_be_deleted(run: Run, archive: Path) -> None:
    """Its card cannot be read."""
    run("datasets", "import", archive, "--name", "digits")
    (catalog.folder_of("digits") / catalog.CARD).write_text("{")

    assert run("datasets", "delete", "digits")["deleted"] == "digits"

    assert not catalog.folder_of("digits").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("get mnist", "comes with Inklab"),
        ("show nothing", "There are: mnist"),
        ("delete mnist", "cannot be deleted"),
        ("import /no/such/file --name x", "/no/such/file"),
        ("import . --name a/b", "Expected a name"),
    ],
)
def test_what_cannot_be_done_is_said(
    small_mnist: Dataset, words: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert small_mnist

    assert cli.main(["datasets", *words.split()]) == 1

    assert told in capsys.readouterr().err


def test_a_size_is_height_by_width(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["datasets", "import", ".", "--name", "x", "--size", "28"])

    assert "like 28x28" in capsys.readouterr().err


def test_a_download_shows_its_card(
    run: Run, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The download itself is tested where it is."""
    run("datasets", "import", archive, "--name", "digits")
    card = catalog.card("digits")
    monkeypatch.setattr(commands.getting, "get", lambda *_: card)

    assert run("datasets", "get", "emnist-digits")["name"] == "digits"
