"""What people decide about labels: merged, kept by the data, and applied."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.datasets import label_review, store, versions
from core.datasets.arrays import Dataset
from core.datasets.label_review import Decision, Review
from core.errors import DatasetError, DatasetFileError
from core.types import SplitName
from tests.small_data import stripes

KEEP = Decision(verdict="keep")
REMOVE = Decision(verdict="remove")
AS_THREE = Decision(verdict="relabel", label=3)


@pytest.fixture
def dataset() -> Dataset:
    """Make 40 test images of four classes, labelled 0, 1, 2, 3, 0, ..."""
    return stripes(40)


def verdicts(review: Review, part: SplitName = "test") -> dict[int, str]:
    """Return the decisions in a word each."""
    return {index: each.verdict for index, each in review.of(part).items()}


def test_decisions_are_read_back_by_the_fingerprint(dataset: Dataset) -> None:
    label_review.decide(dataset, "test", 5, REMOVE)
    label_review.decide(dataset, "train", 5, AS_THREE)
    label_review.decide(dataset, "test", 2, KEEP)

    review = label_review.load(dataset)

    assert verdicts(review) == {2: "keep", 5: "remove"}
    assert review.train[5].label == 3
    assert len(review.changing) == 2


def test_viewers_who_decide_at_once_lose_nothing(dataset: Dataset) -> None:
    """Each decision is merged into what the others have saved by then."""
    with ThreadPoolExecutor(8) as viewers:
        done = [
            viewers.submit(label_review.decide, dataset, "test", index, KEEP)
            for index in range(40)
        ]
    assert [each.result() for each in done] == [None] * 40

    assert len(label_review.load(dataset).test) == 40


def test_the_last_decision_holds_and_can_be_taken_back(dataset: Dataset) -> None:
    """Whoever undoes one gets what was there before."""
    label_review.decide(dataset, "test", 1, KEEP)
    before = label_review.decide(dataset, "test", 1, REMOVE)

    assert verdicts(label_review.load(dataset)) == {1: "remove"}
    label_review.decide(dataset, "test", 1, before)
    assert verdicts(label_review.load(dataset)) == {1: "keep"}
    label_review.decide(dataset, "test", 1, None)
    assert label_review.load(dataset) == Review()


@pytest.mark.parametrize(
    ("index", "decision"),
    [(40, KEEP), (-1, KEEP), (0, Decision(verdict="relabel", label=4)), (3, AS_THREE)],
    ids=["no such image", "negative", "no such class", "its own class"],
)
def test_what_makes_no_sense_is_refused(
    dataset: Dataset, index: int, decision: Decision
) -> None:
    with pytest.raises(DatasetError, match="Choose another"):
        label_review.decide(dataset, "test", index, decision)

    assert not label_review.path_of(dataset.fingerprint).exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"schema": 99}',
        b'{"schema": 1, "test": {"1": {"verdict": "relabel"}}}',
        b'{"schema": 1, "test": {"999": {"verdict": "keep"}}}',
    ],
    ids=["empty", "binary", "list", "newer", "no class", "no such image"],
)
def test_a_damaged_file_is_named_and_left_alone(
    dataset: Dataset, content: bytes
) -> None:
    """Somebody may be able to mend it: nothing is written over it."""
    path = label_review.path_of(dataset.fingerprint)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)

    with pytest.raises(DatasetFileError, match=r"stripes\.json.*move the file away"):
        label_review.decide(dataset, "test", 0, KEEP)

    assert path.read_bytes() == content


def test_the_table_has_a_line_for_each_image(dataset: Dataset) -> None:
    label_review.decide(dataset, "test", 6, AS_THREE)
    label_review.decide(dataset, "train", 0, REMOVE)

    assert label_review.as_csv(label_review.load(dataset), dataset).splitlines() == [
        "split,index,given_class,decision,new_class",
        "train,0,a,remove,",
        "test,6,c,relabel,d",
    ]


def test_a_version_follows_the_decisions(small_mnist: Dataset) -> None:
    """Until something else is decided."""
    given = int(small_mnist.test.labels[0])
    new = (given + 1) % 10
    label_review.decide(small_mnist, "test", 0, Decision(verdict="relabel", label=new))
    label_review.decide(small_mnist, "test", 1, KEEP)
    label_review.decide(small_mnist, "train", 2, REMOVE)
    review = label_review.load(small_mnist)
    assert label_review.made_by(small_mnist, review) is None

    spec = versions.create(small_mnist, review.changes(), reason=label_review.REASON)

    child = store.load(spec.name)
    assert (child.test.labels[0], len(child.train.labels)) == (new, 599)
    assert label_review.made_by(small_mnist, review) == child.spec
    label_review.decide(small_mnist, "train", 3, REMOVE)
    assert label_review.made_by(small_mnist, label_review.load(small_mnist)) is None


def test_the_file_says_what_it_is(dataset: Dataset) -> None:
    """Other programs may read it."""
    label_review.decide(dataset, "test", 6, AS_THREE)

    path = label_review.path_of(dataset.fingerprint)
    written = json.loads(path.read_text("utf-8"))
    assert written["schema"] == 1
    assert written["test"]["6"]["verdict"] == "relabel"
    assert written["test"]["6"]["decided"].endswith("+00:00")
