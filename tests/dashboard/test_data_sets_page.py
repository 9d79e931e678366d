"""Data sets: what is here, how more come, and what goes wrong on the way."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from streamlit.testing.v1 import AppTest

from core.config import TrainingConfig
from core.datasets import catalog, emnist_zip
from core.datasets import store as datasets
from core.datasets.importing import make, uploads
from core.datasets.store import Dataset
from core.jobs import kinds
from core.jobs.kinds.download import Download
from core.jobs.kinds.export import Export
from core.jobs.kinds.importing import Import
from core.records import Report, RunStatus
from core.runs.store import RunStore
from tests.dashboard.app import alerts, open_app, text

FOREIGN = "<b>x</b>*_"
HERE = "On this machine"
EMNIST = "Get EMNIST"
IMPORT = "Import your own"


def pictures(*, classes: tuple[str, ...] = ("left", "right"), count: int = 6) -> bytes:
    """Draw a zip with a folder of pictures for each class, black ink on white."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for label, name in enumerate(classes):
            for number in range(count):
                picture = Image.new("L", (60, 60), 255)
                # Each is steeper than the last one, or all would be the same glyph.
                left, right = 10, 20 + 4 * number
                line = (left, 10, right, 50) if label else (right, 10, left, 50)
                ImageDraw.Draw(picture).line(line, 0, 5)
                file = io.BytesIO()
                picture.save(file, "png")
                # Without a date the same pictures always make the same zip.
                member = zipfile.ZipInfo(f"{name}/{number}.png")
                archive.writestr(member, file.getvalue())
    return content.getvalue()


def transposed_digits(mnist: Dataset, path: Path) -> Path:
    """Write some of MNIST's images with rows and columns exchanged."""
    images, labels = mnist.test.images[:2000], mnist.test.labels[:2000]
    np.savez(path, x_train=images.swapaxes(1, 2), y_train=labels)
    return path


@pytest.fixture
def arrows(filled_home: Path, tmp_path: Path) -> str:
    """Import a data set of one's own, of which one file is no picture."""
    assert filled_home.exists()
    archive = tmp_path / "arrows.zip"
    archive.write_bytes(pictures())
    with zipfile.ZipFile(archive, "a") as opened:
        opened.writestr("left/broken.png", b"no picture")
    return make.import_dataset([archive], "arrows").spec.name


def upload(app: AppTest, name: str, content: bytes) -> AppTest:
    """Give a file to the page as a browser does."""
    return app.file_uploader(key="upload_0").upload(name, content).run()


def by_label(app: AppTest, label: str) -> object:
    """Return the text field of that label."""
    (found,) = [each for each in app.text_input if each.label == label]
    return found


@pytest.mark.usefixtures("store")
def test_with_nothing_but_mnist_the_page_says_how_to_get_more() -> None:
    app = open_app("data_sets")

    assert "Get EMNIST for letters, or import your own" in alerts(app)[0]
    assert "70,000 images" in text(app)
    assert [each.key for each in app.button] == ["verify_mnist", "write_mnist"]


@pytest.mark.usefixtures("store")
def test_without_a_home_the_page_works() -> None:
    """Whoever starts Inklab for the first time may open this page first."""
    app = open_app("data_sets", section=EMNIST)

    assert not app.exception
    assert "562 MB" in text(app)


@pytest.mark.usefixtures("arrows")
def test_a_data_set_is_shown_with_what_is_known_of_it() -> None:
    app = open_app("data_sets")

    shown = text(app)
    card = catalog.card("arrows")
    assert "**12 images** (9 training, 3 test), 2 classes, 28 x 28 pixels" in shown
    assert "left, right" in shown
    assert f"Fingerprint {card.fingerprint[:12]}." in shown
    assert card.fingerprint in [each.value for each in app.code]
    assert "1 x is damaged, or no picture of a form that is read" in shown
    assert "no run yet" in shown


@pytest.mark.usefixtures("arrows")
def test_verifying_finds_a_changed_byte(home: Path) -> None:
    good = open_app("data_sets").button(key="verify_arrows").click().run()
    path = home / "datasets" / "arrows" / "test_images.npy"
    content = bytearray(path.read_bytes())
    content[-400] ^= 1
    path.write_bytes(content)

    bad = open_app("data_sets").button(key="verify_arrows").click().run()

    assert "Every byte is as it was" in good.success[0].value
    assert "its files have changed" in bad.error[0].value


def test_deleting_tells_how_many_runs_used_it(store: RunStore, arrows: str) -> None:
    """Their scores stay, but nobody can look at their images any more."""
    store.create(TrainingConfig(dataset=arrows), name="first")
    app = open_app("data_sets")
    asked = text(app)

    app.button(key="confirm_delete_arrows").click().run()

    assert "1 run used it" in asked
    assert [spec.name for spec in catalog.specs()] == ["mnist"]
    assert "arrows" not in text(app)


@pytest.mark.usefixtures("arrows")
def test_a_damaged_data_set_is_shown_and_can_be_deleted(home: Path) -> None:
    (home / "datasets" / "arrows" / "train_labels.npy").write_bytes(b"")
    (home / "datasets" / "other").mkdir()
    (home / "datasets" / "other" / catalog.CARD).write_text("{}")
    app = open_app("data_sets")
    shown = alerts(app)

    app.button(key="confirm_delete_arrows").click().run()
    app.button(key="confirm_delete_other").click().run()

    assert any("Delete the data set, and import it again" in each for each in shown)
    assert any("other cannot be read" in each for each in shown)
    assert not alerts(app)[1:]
    assert not catalog.damaged()


@pytest.mark.usefixtures("arrows")
def test_a_small_data_set_is_exported_to_the_browser() -> None:
    app = open_app("data_sets")

    assert [each.key for each in app.get("download_button")] == ["download_arrows"]


@pytest.mark.usefixtures("filled_home")
def test_a_large_data_set_is_exported_into_the_home(store: RunStore) -> None:
    app = open_app("data_sets").radio(key="form_mnist").set_value("npz").run()

    app.button(key="write_mnist").click().run()

    (job,) = store.jobs()
    task = kinds.task_of(store, job)
    assert isinstance(task, Export)
    assert (task.subject, task.form) == ("mnist", "npz")
    store.start(job.id)
    store.finish(job.id)
    app.run()
    assert str(task.path) in [each.value for each in app.code]


def test_work_is_seen_by_all_sessions_and_can_be_cancelled(store: RunStore) -> None:
    """A reload is another session, too."""
    job = Import(subject="own", paths=("/x.zip",)).create(store, name="Import of own")
    store.start(job)
    store.log(job, [Report(share=0.25, text="reading 9 training images")])
    first, second = open_app("data_sets"), open_app("data_sets")

    first.button(key=f"cancel_{job}").click().run()

    progress = second.get("progress")[0].proto
    assert progress.value == 25
    assert "Import of own" in progress.text
    assert "reading 9 training images" in progress.text
    assert store.is_stop_requested(job)


def test_failed_work_says_why_and_can_be_tried_again(store: RunStore) -> None:
    task = Import(subject="own", paths=("/x.zip",))
    job = task.create(store, name=FOREIGN)
    store.fail(job, f"Expected a zip, got {FOREIGN}.")
    app = open_app("data_sets")
    said = app.error[0].value

    app.button(key=f"again_{job}").click().run()

    newest, oldest = store.jobs()
    assert said == r"Expected a zip, got \<b\>x\</b\>\*\_."
    assert oldest.id == job
    assert newest.status is RunStatus.QUEUED
    assert kinds.task_of(store, newest) == task
    assert not app.error


def test_a_failure_can_be_dismissed(store: RunStore) -> None:
    job = Download(subject="emnist-letters").create(store, name="EMNIST Letters")
    store.fail(job, "Expected a zip, got a page.")
    app = open_app("data_sets")
    said = app.error[0].value

    app.button(key=f"dismiss_{job}").click().run()

    assert said == "Expected a zip, got a page."
    assert not app.error
    assert not open_app("data_sets").error


def test_what_came_of_an_import_is_told_with_the_next_step(
    store: RunStore, arrows: str
) -> None:
    job = Import(subject=arrows, paths=("/x.zip",)).create(store, name="Import")
    store.start(job)
    store.finish(job)

    app = open_app("data_sets", job=job, section=IMPORT)

    assert "is here: **12 images**" in app.success[0].value
    assert "Left out: 1 image" in text(app)
    links = [each.proto for each in app.get("page_link")]
    assert {"Explore it", "Train on it"} <= {link.label for link in links}
    assert all("data=arrows" in link.query_string for link in links)
    app.button(key="close_result").click().run()
    assert not app.success


def test_one_click_gets_a_split_of_emnist(store: RunStore) -> None:
    app = open_app("data_sets", section=EMNIST)

    app.button(key="get_letters").click().run()

    (job,) = store.jobs()
    assert kinds.task_of(store, job) == Download(subject="emnist-letters")
    assert job.status is RunStatus.QUEUED
    assert "EMNIST Letters" in app.get("progress")[0].proto.text


@pytest.mark.usefixtures("store")
def test_ways_around_a_server_that_cannot_be_reached_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("INKLAB_EMNIST_URL", "http://mirror.example/gzip.zip")
    app = open_app("data_sets", section=EMNIST)
    app.text_input(key="emnist_path_typed").input("/data/nothing.zip")

    app.button(key="FormSubmitter:emnist_path-Look at it").click().run()

    codes = [each.value for each in open_app("data_sets", section=EMNIST).code]
    assert "<http://mirror.example/gzip.zip>" in text(
        open_app("data_sets", section=EMNIST)
    )
    assert codes[0] == str(emnist_zip.kept().path)
    assert codes[1].startswith("python -m core datasets import")
    assert "/data/nothing.zip" in app.error[0].value


@pytest.mark.usefixtures("filled_home")
def test_uploaded_pictures_are_previewed_and_imported(store: RunStore) -> None:
    """Also after a reload in between, which is another session with one address."""
    app = open_app("data_sets", section=IMPORT)
    upload(app, "my arrows.zip", pictures())
    assert len(app.get("image")) >= 12
    app = open_app("data_sets", section=IMPORT, upload=app.query_params["upload"])
    by_label(app, "Title").input("My arrows").run()

    app.button(key="import").click().run()

    (job,) = store.jobs()
    task = kinds.task_of(store, job)
    assert isinstance(task, Import)
    assert (task.subject, task.about.title) == ("my-arrows", "My arrows")
    assert [Path(each).read_bytes() for each in task.paths] == [pictures()]
    assert app.query_params["job"] == job.id
    assert "upload" not in app.query_params


@pytest.mark.usefixtures("arrows")
@pytest.mark.parametrize(
    ("name", "said"),
    [("ARROWS", "which there is already"), ("a b", "Expected a name of at most 60")],
    ids=["taken", "impossible"],
)
def test_a_name_that_cannot_be_is_told_before_the_import(name: str, said: str) -> None:
    app = upload(open_app("data_sets", section=IMPORT), "arrows.zip", pictures())
    suggested = by_label(app, "Name").value

    by_label(app, "Name").input(name).run()

    assert suggested == "arrows-2"
    assert any(said in each.value for each in app.caption)
    assert app.button(key="import").disabled


@pytest.mark.usefixtures("filled_home")
def test_options_reach_the_import(store: RunStore) -> None:
    app = upload(open_app("data_sets", section=IMPORT), "arrows.zip", pictures())
    for control, value in (("Image size", 20), ("Test images, %", 50), ("Seed", 7)):
        (found,) = [each for each in app.number_input if each.label == control]
        app = found.set_value(value).run()
    for control, value in (
        ("Ink style", "emnist"),
        ("Images that cannot be used", "refuse"),
    ):
        (radio,) = [each for each in app.radio if each.label == control]
        app = radio.set_value(value).run()
    assert "6 training and 6 test images" in text(app)

    app.button(key="import").click().run()

    options = kinds.task_of(store, store.jobs()[0]).options
    assert options.image_shape == (20, 20)
    assert (options.test_share, options.seed) == (0.5, 7)
    assert (options.ink_style, options.on_problem) == ("emnist", "refuse")


@pytest.mark.usefixtures("filled_home")
def test_images_that_look_transposed_are_asked_about(
    mnist: Dataset, tmp_path: Path
) -> None:
    path = transposed_digits(mnist, tmp_path / "digits.npz")
    app = open_app("data_sets", section=IMPORT, import_path=str(path))
    asked = [each.value for each in app.warning]
    (radio,) = [each for each in app.radio if each.label == "Orientation"]

    radio.set_value("exchanged").run()

    assert "look transposed" in asked[0]
    assert not app.warning


@pytest.mark.usefixtures("filled_home")
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("letters.zip", b"PK no zip", "letters.zip"),
        ("letters.csv", b"label,a\n1,2\n", "letters.csv"),
        ("a$x$b **bold**.txt", b"text", r"\*\*bold\*\*"),
    ],
    ids=["no zip", "no table", "neither"],
)
def test_a_bad_upload_is_a_clear_error(name: str, content: bytes, said: str) -> None:
    app = upload(open_app("data_sets", section=IMPORT), name, content)

    assert not app.exception
    assert said in app.error[0].value
    assert "import" not in [each.key for each in app.button]
    app.button(key="clear_upload").click().run()
    assert not app.error


@pytest.mark.usefixtures("filled_home")
@pytest.mark.parametrize("path", ["/nowhere", "~nobody/x", "a\0b", "/dev/null"])
def test_a_path_that_leads_nowhere_is_a_clear_error(path: str) -> None:
    app = open_app("data_sets", section=IMPORT, import_path=path)

    assert not app.exception
    assert "Expected" in app.error[0].value


@pytest.mark.usefixtures("filled_home")
def test_one_of_several_sets_in_a_folder_is_chosen(tmp_path: Path) -> None:
    images = np.zeros((8, 9, 9), np.uint8)
    images[:, 2:7, 4] = 255
    for name in ("one", "two"):
        np.savez(tmp_path / f"{name}.npz", x_train=images, y_train=np.arange(8) % 2)
    app = open_app("data_sets", section=IMPORT, import_path=str(tmp_path))

    (box,) = app.selectbox
    box.set_value(box.options[1]).run()

    assert [each.rpartition("/")[2] for each in box.options] == ["one", "two"]
    assert "6 training and 2 test images" in text(app)


@pytest.mark.usefixtures("filled_home")
def test_names_of_files_and_classes_do_nothing(
    check_markdown: Callable[[AppTest], None], store: RunStore
) -> None:
    """Whoever sends a zip chose them."""
    content = pictures(classes=("a$x$b **bold** ![i](http:", FOREIGN.replace("/", ":")))
    app = upload(open_app("data_sets", section=IMPORT), "a$x$b **bold**.zip", content)
    assert not app.exception
    check_markdown(app)

    app.button(key="import").click().run()
    task = kinds.task_of(store, store.jobs()[0])
    make.import_dataset([Path(each) for each in task.paths], task.subject)

    check_markdown(open_app("data_sets"))


@pytest.fixture
def check_markdown() -> Callable[[AppTest], None]:
    """Fail if what a page shows as Markdown has marks that mean something."""

    def check(app: AppTest) -> None:
        for element in (*app.markdown, *app.caption, *app.subheader, *app.success):
            shown = element.value
            assert "a$x$b" not in shown, shown
            assert "![i](" not in shown, shown
            assert "<b>" not in shown, shown

    return check


def test_an_upload_is_found_by_its_token_only(home: Path) -> None:
    """The token comes from an address, which may say anything."""
    kept = uploads.keep("../a.zip", io.BytesIO(b"content"))
    assert uploads.find(uploads.token([kept])) == (kept,)
    assert kept.is_relative_to(home / "uploads")
    for token in ("", "..", "../uploads", kept.name, "0" * 32, f"{'0' * 32}-x"):
        assert uploads.find(token) == ()


def test_data_sets_of_the_home_are_opened_anew_when_they_change(
    arrows: str, tmp_path: Path
) -> None:
    """Deleted and imported again under the same name, it is another one."""
    before = catalog.card(arrows).fingerprint
    open_app("data_sets")
    datasets.delete(arrows)
    archive = tmp_path / "other.zip"
    archive.write_bytes(pictures(count=9))
    make.import_dataset([archive], arrows)

    app = open_app("data_sets")

    assert catalog.card(arrows).fingerprint != before
    assert "**18 images**" in text(app)
