"""Compare with a mouse: a pair, a cell and an image are chosen by a click on them."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.config import TrainingConfig
from core.datasets import store as datasets
from core.predictions import Predictions
from core.records import RunScores
from core.runs import open_store
from tests.browsing import open_page, place_of_cell, plot
from tests.serving import Server
from tests.small_data import write_predictions

pytestmark = pytest.mark.browser

NUM_IMAGES = 10_000


@pytest.fixture
def runs(server: Server, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Put three runs into the store of the server, wrong about 300, 100, 50 images."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INKLAB_HOME", str(server.home))
        labels = np.array(datasets.load("mnist").test.labels)
        store = open_store()
        ids = []
        for num_wrong in (300, 100, 50):
            said = labels.copy()
            said[:num_wrong] = (said[:num_wrong] + 5) % 10
            probabilities = np.full((NUM_IMAGES, 10), 0.01, np.float32)
            probabilities[np.arange(NUM_IMAGES), said] = 0.91
            folder = tmp_path_factory.mktemp("compared")
            features = np.zeros((NUM_IMAGES, 1), np.float32)
            write_predictions(
                folder,
                Predictions(
                    labels=labels, probabilities=probabilities, features=features
                ),
            )
            run_id = store.create(TrainingConfig(), name=f"{num_wrong} wrong")
            store.start(run_id)
            scores = RunScores(
                test_accuracy=1 - num_wrong / NUM_IMAGES, test_size=NUM_IMAGES
            )
            store.save_results(run_id, scores=scores, files=folder)
            store.finish(run_id)
            ids.append(run_id)
        return ids


def test_clicks_choose_a_pair_then_a_cell_then_an_image(
    page: Page, server: Server, runs: list[str]
) -> None:
    """The pair of row 3 and column 2: the third run first, then the second."""
    open_page(page, server, f"compare?runs={','.join(runs)}")
    pairs = plot(page, "pairs_of_runs")
    page.mouse.click(*place_of_cell(pairs, column=1, row=2))
    expect(page.get_by_text("(2) 100 wrong is worse than (3) 50 wrong")).to_be_visible()

    matrix = plot(page, "confusion_difference")
    matrix.scroll_into_view_if_needed()
    page.mouse.click(*place_of_cell(matrix, column=9, row=4))
    expect(page.get_by_role("button", name="4 predicted as 9").first).to_be_visible()

    images = plot(page, "changed_images")
    images.scroll_into_view_if_needed()
    page.mouse.click(*place_of_cell(images, column=0, row=0))

    card = re.compile(r"^Test image \d+: 4$")
    expect(page.get_by_role("heading", name=card)).to_be_visible()
    expect(page.get_by_text("(2) 100 wrong: predicted as 9")).to_be_visible()
    expect(page.get_by_text("(3) 50 wrong: predicted as 4")).to_be_visible()
    assert re.search(rf"pair={runs[2]}(,|%2C){runs[1]}", page.url)
    assert "cell=4-9" in page.url


def test_nothing_is_wider_than_a_phone(
    phone_page: Page, server: Server, runs: list[str]
) -> None:
    open_page(phone_page, server, f"compare?runs={','.join(runs)}&image=0")
    plot(phone_page, "changed_images")

    wider = phone_page.evaluate(
        "document.querySelector('[data-testid=stMain]').scrollWidth"
    )

    assert wider <= 400
