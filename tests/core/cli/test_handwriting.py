"""My handwriting from a terminal."""

import json
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from core import cli
from core.handwriting import collection


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Photograph a vertical bar on a page."""
    paper = Image.new("L", (200, 200), 230)
    ImageDraw.Draw(paper).line([(100, 30), (100, 170)], fill=20, width=16)
    path = tmp_path / "one.png"
    paper.save(path)
    return path


def said(capsys: pytest.CaptureFixture[str], *command: str) -> dict[str, object]:
    """Give a command, and read the JSON object that it prints."""
    assert cli.main(["handwriting", *command, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_picture_is_kept_relabelled_and_removed(
    picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    added = said(capsys, "add", str(picture), "--label", "7")
    name = str(added["id"])
    relabelled = said(capsys, "relabel", name, "--label", "1")
    listed = said(capsys, "list")
    removed = said(capsys, "remove", name)

    assert (added["label"], added["kind"]) == ("7", "picture")
    assert relabelled["label"] == "1"
    assert listed == {"drawings": [relabelled]}
    assert removed == {"removed": [name], "left": 0}


@pytest.mark.parametrize(
    "command",
    [
        ["relabel", "0", "--label", "1"],
        ["remove", "0"],
        ["add", "nowhere.png", "--label", "1"],
    ],
    ids=lambda each: each[0],
)
def test_what_is_not_there_is_said(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code = cli.main(["handwriting", *command])

    assert code == 1
    assert "error: Expected" in capsys.readouterr().err
    assert not collection.drawings()
