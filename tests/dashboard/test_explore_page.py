"""Explore: choose a class and a split, draw other images, enlarge one."""

import pytest

from tests.dashboard.app import captions, open_app, text


@pytest.mark.usefixtures("store")
def test_explore_shows_only_the_class_that_was_chosen() -> None:
    app = open_app("explore")

    app.segmented_control(key="class").select("7").run()

    hover = captions(app, "samples")
    assert len(hover) == 96
    assert all(words.startswith("7, image ") for words in hover)
    assert "96 of 6,265 (1.5 %) training images" in text(app)


@pytest.mark.usefixtures("store")
def test_explore_shows_the_split_that_was_chosen() -> None:
    app = open_app("explore")

    app.segmented_control(key="split").select("test").run()

    assert "96 of 10,000 (1.0 %) test images" in text(app)


@pytest.mark.usefixtures("store")
def test_other_images_are_others_and_the_first_are_the_same_for_all() -> None:
    app = open_app("explore")
    first = captions(app, "samples")

    app.button(key="other_images").click().run()

    assert captions(app, "samples") != first
    assert captions(open_app("explore"), "samples") == first


@pytest.mark.usefixtures("store")
def test_image_of_the_address_is_enlarged() -> None:
    """The first test image of MNIST is a 7."""
    app = open_app("explore", split="test", image="0")

    assert "7, test image 0" in text(app)
