"""How long an occlusion map takes, and whether it moves with the image.

    python benchmarks/occlusion.py [--run ID ...] [--images 200] [--json]

For each finished run: the time of a map, of the search for decisive pixels and of the
variants of one image, and the correlation of the map of an image with the map of the
same image shifted by one pixel, shifted back, over the pixels with ink. Without runs,
untrained networks of the presets are exported, which are as quick as trained ones, and
have no correlation worth a look.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import machine
import numpy as np
from numpy.typing import NDArray

from core.config import presets
from core.datasets import store as datasets
from core.evaluation import counterfactual
from core.evaluation.occlusion import VISIBLE, Predict, occlude
from core.evaluation.variants import variants_of
from core.inference import Predictor
from core.runs import open_store, run_dataset

PRESETS = ("fast-mlp", "lenet", "best-cnn", "resnet-small")
SHIFTS = ((0, 1), (1, 0), (0, -1), (-1, 0))


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", action="append", default=[], metavar="ID")
    parser.add_argument("--images", type=int, default=200)
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    options = parser.parse_args()
    figures: dict[str, float] = {}
    for name, predict, images in _models(options.run, options.images):
        figures |= _measure(name, predict, images)
    machine.print_figures(machine.describe(), figures, as_json=options.json)


def _models(
    run_ids: list[str], num_images: int
) -> Iterator[tuple[str, Predict, NDArray[np.float32]]]:
    store = open_store()
    for run_id in run_ids:
        run = store.get(run_id)
        images = run_dataset.dataset_of(run).test.images
        path = store.artifact(run.id, "model.tflite")
        yield run.name, Predictor(path).predict, _some(images, num_images)
    if run_ids:
        return
    # They import TensorFlow.
    from core.models import architectures, export  # noqa: PLC0415

    data = datasets.load("mnist")
    for name in PRESETS:
        network = presets.preset(name).config.network
        model = architectures.build(network, data.spec.dimensions)
        architectures.initialise(model, seed=0)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.tflite"
            export.save_litert(model, path)
            predict = Predictor(path).predict
        yield f"{name}, untrained", predict, _some(data.test.images, num_images)


def _some(images: NDArray[np.uint8], num: int) -> NDArray[np.float32]:
    shown = np.linspace(0, len(images) - 1, min(num, len(images))).astype(int)
    return images[shown].astype(np.float32) / np.float32(255)


def _measure(
    name: str, predict: Predict, images: NDArray[np.float32]
) -> dict[str, float]:
    ranked = np.argsort(-predict(images), axis=1)
    maps, search, changes, correlations = [], [], [], []
    for number, (image, order) in enumerate(zip(images, ranked, strict=True)):
        chosen, rival = int(order[0]), int(order[1])

        def look(image: NDArray[np.float32] = image) -> NDArray[np.float32]:
            return occlude(predict, image, chosen=chosen, rival=rival).worth  # noqa: B023

        maps.append(1000 * machine.seconds(look))
        search.append(
            1000 * machine.seconds(lambda: counterfactual.find(predict, image))  # noqa: B023
        )
        changes.append(
            1000 * machine.seconds(lambda: _ask_about_variants(predict, image))  # noqa: B023
        )
        shift = SHIFTS[number % len(SHIFTS)]
        moved = look(np.roll(image, shift, axis=(0, 1)))
        back = np.roll(moved, (-shift[0], -shift[1]), axis=(0, 1))
        ink = image > VISIBLE
        correlations.append(float(np.corrcoef(look()[ink], back[ink])[0, 1]))
    return {
        f"{name}: map, median, ms": statistics.median(maps),
        f"{name}: map, 95 % of images below, ms": float(np.percentile(maps, 95)),
        f"{name}: decisive pixels, median, ms": statistics.median(search),
        f"{name}: 18 variants, median, ms": statistics.median(changes),
        f"{name}: correlation, shifted by 1 pixel, median": statistics.median(
            correlations
        ),
        f"{name}: correlation, 5 % of images below": float(
            np.percentile(correlations, 5)
        ),
    }


def _ask_about_variants(predict: Predict, image: NDArray[np.float32]) -> None:
    predict(np.stack([each.image for each in variants_of(image)]))


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()
