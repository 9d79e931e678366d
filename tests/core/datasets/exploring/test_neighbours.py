"""The images that differ least from a given one."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from core.datasets.exploring import components, neighbours


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("batch", [1, 16, 512])
def test_neighbours_are_those_of_a_full_search(
    monkeypatch: pytest.MonkeyPatch, seed: int, batch: int
) -> None:
    """Noise is the worst case: components tell next to nothing of it."""
    generator = np.random.default_rng(seed)
    images = generator.integers(0, 256, (700, 10, 8), dtype=np.uint8)
    image = generator.integers(0, 256, (10, 8), dtype=np.uint8)
    space = components.fit(images)
    codes = components.encode(images, space)
    monkeypatch.setattr(neighbours, "_BATCH", batch)

    found = neighbours.nearest(image, images, codes, space, count=10)

    search = NearestNeighbors(n_neighbors=10).fit(images.reshape(700, -1) / 255)
    distances, indices = search.kneighbors(image.reshape(1, -1) / 255)
    assert found.indices.tolist() == indices[0].tolist()
    np.testing.assert_allclose(found.differences, distances[0] / np.sqrt(80), 1e-4)


def test_an_image_is_its_own_nearest_neighbour_and_its_copy_the_next() -> None:
    """Copies come in the order in which they are stored."""
    images = np.random.default_rng(0).integers(0, 256, (50, 8, 8), dtype=np.uint8)
    images[40] = images[7]
    images[20] = images[7]
    images[20, 0, 0] ^= 1
    space = components.fit(images)
    codes = components.encode(images, space)

    found = neighbours.nearest(images[40], images, codes, space, count=3)

    assert found.indices.tolist() == [7, 40, 20]
    assert found.differences[:2].tolist() == [0, 0]
    assert found.differences[2] == pytest.approx(1 / 255 / 8, rel=1e-3)


def test_fewer_images_than_asked_for_are_all_found() -> None:
    """A tiny data set is no error."""
    images = np.random.default_rng(0).integers(0, 256, (3, 8, 8), dtype=np.uint8)
    space = components.fit(images)
    codes = components.encode(images, space)

    found = neighbours.nearest(images[1], images, codes, space, count=10)

    assert sorted(found.indices.tolist()) == [0, 1, 2]
    assert found.indices[0] == 1
    assert found.indices.dtype == np.int64


def test_few_images_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """What makes it quick: where components tell much, most pixels stay unread."""
    generator = np.random.default_rng(0)
    patterns = generator.uniform(0, 1, (20, 12, 12))
    weights = generator.uniform(0, 0.1, (4000, 20))
    images = (np.tensordot(weights, patterns, axes=1) * 255).astype(np.uint8)
    space = components.fit(images)
    codes = components.encode(images, space)
    monkeypatch.setattr(neighbours, "_BATCH", 16)
    num_read = []
    rows = neighbours.chunks.rows

    def counted(chosen: np.ndarray) -> np.ndarray:
        num_read.append(len(chosen))
        return rows(chosen)

    monkeypatch.setattr(neighbours.chunks, "rows", counted)

    neighbours.nearest(images[5], images, codes, space, count=5)

    assert sum(num_read) < 200


@pytest.mark.parametrize("values", [1, 10_000], ids=["in parts", "at once"])
def test_without_codes_the_same_images_are_found(
    monkeypatch: pytest.MonkeyPatch, values: int
) -> None:
    """Of a data set without a summary each image is looked at."""
    monkeypatch.setattr(neighbours.chunks, "NUM_VALUES", values)
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (70, 10, 8), dtype=np.uint8)
    images[60] = images[5]
    space = components.fit(images)
    codes = components.encode(images, space)

    found = neighbours.nearest_without_codes(images[60], images, count=9)

    expected = neighbours.nearest(images[60], images, codes, space, count=9)
    assert found.indices.tolist() == expected.indices.tolist()
    assert found.indices[:2].tolist() == [5, 60]
    np.testing.assert_allclose(found.differences, expected.differences, 1e-4, 1e-6)


@pytest.mark.parametrize("count", [4, 200])
def test_features_are_searched_by_their_distance(count: int) -> None:
    """As they are kept, in 16 bits; more than there are cannot be found."""
    generator = np.random.default_rng(0)
    features = generator.normal(size=(90, 6)).astype(np.float16)
    query = generator.normal(size=6).astype(np.float32)
    search = NearestNeighbors(n_neighbors=min(count, 90)).fit(features)
    distances, indices = search.kneighbors(query[np.newaxis])

    found = neighbours.nearest_features(query, features, count=count)

    assert found.indices.tolist() == indices[0].tolist()
    np.testing.assert_allclose(found.differences, distances[0], rtol=1e-5)
