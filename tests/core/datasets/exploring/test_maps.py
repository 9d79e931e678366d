"""Images on a plane."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from core.datasets.exploring import maps
from core.errors import TrainingStopped


def clusters(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw features of four kinds that are apart in ten directions."""
    generator = np.random.default_rng(0)
    kinds = np.arange(count) % 4
    centres = generator.normal(size=(4, 10)) * 6
    return centres[kinds] + generator.normal(size=(count, 10)), kinds


def test_what_is_alike_lies_together() -> None:
    """Each point's nearest one is of its kind, and near ones are those of before."""
    features, kinds = clusters(120)
    shares: list[float] = []

    points = maps.tsne(features, seed=0, report=shares.append)

    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    assert points.dtype == np.float32
    assert (kinds[apart.argmin(axis=1)] == kinds).all()
    assert trustworthiness(features, points, n_neighbors=5) > 0.9
    assert len(shares) == 5
    assert shares == sorted(shares)


def test_the_same_seed_gives_the_same_map() -> None:
    """A result that is made anew must not look otherwise."""
    features, _ = clusters(40)

    first, again = (maps.tsne(features, seed=3) for _ in range(2))

    assert first.tolist() == again.tolist()


def test_a_report_that_raises_ends_the_work() -> None:
    """That is how a map is cancelled, here after the first of its parts."""
    features, _ = clusters(40)

    def stop(share: float) -> None:
        if share > 0.2:
            message = "stopped"
            raise TrainingStopped(message)

    with pytest.raises(TrainingStopped):
        maps.tsne(features, seed=0, report=stop)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_very_few_images_have_a_map(count: int) -> None:
    """Perplexity must be smaller than their number."""
    features, _ = clusters(count)

    points = maps.tsne(features, seed=0)

    assert points.shape == (count, 2)
    assert np.isfinite(points).all()


def test_images_that_are_all_the_same_have_a_map() -> None:
    """No direction to start in, and no distance to scale by."""
    points = maps.tsne(np.ones((20, 3), dtype=np.float16), seed=0)

    assert np.isfinite(points).all()


def test_the_first_two_components_are_a_map_of_all_images() -> None:
    """The last code is what the components leave out, and no place."""
    codes = np.array([[1, 2, 3, 9], [4, 5, 6, 9]], dtype=np.float16)

    assert maps.principal_map(codes).tolist() == [[1, 2], [4, 5]]
    assert maps.principal_map(codes[:, 2:]).tolist() == [[3, 0], [6, 0]]
