"""Lay the images of a data set out on a plane, so that what is alike lies together.

The first two principal components of `components` are such a map, for all images at
once. t-SNE (Van der Maaten and Hinton, 2008) keeps neighbours together much better,
for some thousands of images and in some minutes.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

from core.datasets.exploring.chunks import Report, silent
from core.datasets.exploring.components import Codes

MAX_POINTS: Final = 20_000
"""More would take t-SNE many minutes, and hide each other on a screen."""

_PERPLEXITY: Final = 30.0
_EXAGGERATION: Final = 12.0
_NUM_PARTS: Final = 4
_NUM_ITERATIONS: Final = 250
"""In each part: the fewest that scikit-learn allows."""

_FEWEST: Final = 3
_NUM_FOR_THREADS: Final = 3000


def principal_map(codes: Codes) -> NDArray[np.float32]:
    """Lay all images out by their first two principal components.

    Args:
        codes: float16 of shape (n, components + 1).

    Returns:
        Points, float32 of shape (n, 2); the second is 0 if there is one component.
    """
    points = np.zeros((len(codes), 2), dtype=np.float32)
    num_components = min(codes.shape[1] - 1, 2)
    points[:, :num_components] = codes[:, :num_components]
    return points


def tsne(
    features: NDArray[np.floating], *, seed: int, report: Report = silent
) -> NDArray[np.float32]:
    """Lay images out by t-SNE.

    scikit-learn's t-SNE tells nobody how far it is. So it runs in four parts, each of
    which goes on where the one before has ended, and the report comes in between. The
    first part has the early exaggeration. The neighbours are searched once.

    Args:
        features: What is compared, float of shape (n, units): codes of images, or
            features of a network. At most 20,000 are sensible.
        seed: Chooses the random start where the features leave it open.
        report: Is told the share that is done.

    Returns:
        Points, float32 of shape (n, 2), centred. Of fewer than 3 images, the start.
    """
    compared = np.asarray(features, dtype=np.float32)
    points = _start(compared, seed)
    if len(points) < _FEWEST:
        return points
    report(0)
    perplexity = min(_PERPLEXITY, (len(points) - 1) / 3)
    graph = _neighbour_graph(compared, perplexity)
    exaggeration = _EXAGGERATION
    # Threads wait for each other after each iteration: for few points, that took
    # 30 s instead of 1 s on a busy machine.
    with threadpool_limits(1 if len(points) < _NUM_FOR_THREADS else None):
        for number in range(_NUM_PARTS):
            report(0.1 + 0.9 * number / _NUM_PARTS)
            points = _moved(points, graph, perplexity, exaggeration, seed=seed)
            exaggeration = 1.0
    centred: NDArray[np.float32] = points - points.mean(axis=0)
    return centred


def _neighbour_graph(features: NDArray[np.float32], perplexity: float) -> csr_array:
    """Return the distances of each image to its neighbours and itself.

    They are in 32 bits: with 16, the search took 2 GB and ten times as long.
    """
    # Imported here: it takes a second and 70 MB, which the pages shall not spend.
    from sklearn.neighbors import KNeighborsTransformer  # noqa: PLC0415

    count = min(int(3 * perplexity + 1), len(features) - 1)
    return KNeighborsTransformer(n_neighbors=count).fit_transform(features)


def _moved(
    points: NDArray[np.float32],
    graph: csr_array,
    perplexity: float,
    exaggeration: float,
    *,
    seed: int,
) -> NDArray[np.float32]:
    """Run the iterations of one part, from where the points are."""
    from sklearn.manifold import TSNE  # noqa: PLC0415 - see above

    layout = TSNE(
        perplexity=perplexity,
        early_exaggeration=exaggeration,
        learning_rate=max(len(points) / _EXAGGERATION / 4, 50.0),
        max_iter=_NUM_ITERATIONS,
        init=points,
        metric="precomputed",
        random_state=seed,
    )
    moved: NDArray[np.float32] = layout.fit_transform(graph)
    return moved


def _start(features: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    """Return two directions of the features, so small that forces decide soon."""
    points = np.random.default_rng(seed).normal(0, 1e-6, (len(features), 2))
    columns = min(features.shape[1], 2)
    centred = features[:, :columns] - features[:, :columns].mean(axis=0)
    spread = max(float(centred[:, 0].std()), float(np.finfo(np.float32).tiny))
    points[:, :columns] += centred / spread * 1e-4
    return points.astype(np.float32)
