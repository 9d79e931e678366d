"""The training images that an image is most like, to the network and by its pixels."""

from typing import Final

import streamlit as st

from core.datasets.arrays import Dataset
from core.datasets.exploring.neighbours import Neighbours, nearest_features
from core.jobs.kinds.training_images import PredictTraining
from dashboard import figure, image_results, services, words
from dashboard.charts.mosaic import Grid, mosaic_figure
from dashboard.charts.tile_texts import TileText
from dashboard.widgets.common import analysis, tested_on
from dashboard.widgets.common.image_captions import cut
from dashboard.widgets.one_image.subject import Subject

NUM_SHOWN: Final = 8
GRID: Final = Grid(columns=4, tile=96)
"""Four in a row leave room for the words also where the card is narrow."""

MAX_LETTERS: Final = 12


def show(subject: Subject) -> None:
    """Show the nearest training images by pixels, and by features if they are known."""
    dataset = services.images_of(subject.run)
    if dataset is None:
        tested_on.no_images(subject.run)
        return
    st.markdown("**By the network's features**")
    _by_features(subject, dataset)
    st.markdown("**By their pixels**")
    found = image_results.nearest_by_pixels(
        subject.pixels,
        f"{subject.dataset.fingerprint} {subject.part} {subject.index}",
        dataset,
        count=NUM_SHOWN + 1,
    )
    _strip(subject, dataset, found, key="card_by_pixels", way="pixels")


def _by_features(subject: Subject, dataset: Dataset) -> None:
    query = image_results.features_of(subject.run, subject.image)
    if query is None:
        st.info(
            "This run has kept features of another kind, which cannot be compared with "
            "those of this image.",
            icon=":material/info:",
        )
        return
    num = dataset.spec.num_train
    made = analysis.result_of(
        PredictTraining(subject=subject.run.id),
        subject.run,
        offer=f"See which training images are most like it to the network. For that, "
        f"it has to classify all {num:,} training images once, which takes about as "
        "long as half an epoch.",
    )
    if made is None:
        return
    features = image_results.training_features(subject.run, made)
    found = nearest_features(query, features, count=NUM_SHOWN + 1)
    _strip(subject, dataset, found, key="card_by_features", way="features")


def _strip(
    subject: Subject, dataset: Dataset, found: Neighbours, *, key: str, way: str
) -> None:
    itself = subject.is_own and subject.part == "train"
    others = found.indices != subject.index if itself else found.indices >= 0
    indices = found.indices[others][:NUM_SHOWN]
    labels = dataset.train.labels[indices].tolist()
    distances = found.differences[others][:NUM_SHOWN].tolist()
    texts = [
        TileText(
            f"{distance:.3g}",
            above=cut(subject.class_name(label), MAX_LETTERS),
            is_marked=label != subject.true,
        )
        for label, distance in zip(labels, distances, strict=True)
    ]
    figure.show(
        mosaic_figure(
            dataset.train.images[indices],
            captions=[
                f"{subject.class_name(label)}, training image {index:,}, difference "
                f"of {way} {text.below}"
                for index, label, text in zip(
                    indices.tolist(), labels, texts, strict=True
                )
            ],
            grid=GRID,
            selected=None,
            palette=services.palette(),
            texts=texts,
        ),
        key=key,
        alt=f"The {len(indices)} training images whose {way} are nearest to those of "
        f"{subject.name}, with label and distance",
    )
    same = labels.count(subject.true)
    st.caption(
        f"{same} of {len(labels)} have its label, "
        f"{words.literal(subject.class_name(subject.true))}; other labels are red. The "
        f"nearest first, with the distance of the {way}."
    )
