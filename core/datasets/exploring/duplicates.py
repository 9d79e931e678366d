"""Find images that are there twice, exactly or nearly, within and between the splits.

A copy in the test split of an image that was trained on makes a score too good; two
copies with different labels are a mistake in one of them.

Exact copies have the same bytes. Two images are nearly the same if, scaled to the same
length (as vectors of pixels, so a darker copy counts), they differ by at most a tenth
of that length: a hundredth of the energy of the ink. Candidates are the nearest in a
tree over the leading principal components, whose distances are at most those of the
images; the pixels decide. An image that was shifted or turned is not found. Straight
strokes by different hands can be as alike: the pairs are to be looked at.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from core.datasets.exploring import chunks
from core.datasets.exploring.chunks import Report, part, silent
from core.datasets.exploring.components import Codes, Components
from core.datasets.store import Split
from core.types import Indices

MAX_DIFFERENCE: Final = 0.1
"""Two images that differ by more, as a share of their length, are not duplicates."""

MAX_PAIRS: Final = 10_000
"""So many pairs of each kind are listed; all are counted."""

_NUM_TREE_DIMENSIONS: Final = 12
_NUM_CANDIDATES: Final = 16
_NUM_QUERIES: Final = 20_000
_ROUNDING: Final = 0.002
"""How far rounding to 16 bits may move two codes apart, as a share of their length."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Duplicates:
    """Which images are copies, and pairs of images that are alike.

    Positions count the training images first, then the test images.

    Attributes:
        first_copies: Position of the first image with the same bytes, int64 of shape
            (training + test images,): of an image that is no copy, its own.
        pairs: Positions of two images that are alike, int64 of shape (pairs, 2). First
            the exact ones, each with the first image of those bytes (those between
            the splits first); then the others, the most alike first.
        differences: How much the two differ as a share of their length, float32 of
            shape (pairs,), 0 to 0.1; 0 only if they are exact copies.
        same_label: Whether the two have the same label, bool of shape (pairs,).
        num_train: Number of training images.
        num_exact: Images with the same bytes as an earlier one, all counted.
        num_near: Other pairs that are alike, all counted: more than are listed if
            there are more than 10,000. Of an image that is like very many others,
            the nearest 16 candidates were looked at.
    """

    first_copies: Indices
    pairs: Indices
    differences: NDArray[np.float32]
    same_label: NDArray[np.bool_]
    num_train: int
    num_exact: int
    num_near: int

    @property
    def num_left_out(self) -> int:
        """How many pairs were found and are not listed."""
        return self.num_exact + self.num_near - len(self.pairs)

    def located(self, positions: Indices) -> tuple[NDArray[np.bool_], Indices]:
        """Return which positions are in the test split, and where in their split."""
        in_test = positions >= self.num_train
        return in_test, positions - np.where(in_test, self.num_train, 0)

    def copies(self, *, in_test: bool) -> Indices:
        """Return the positions within a split of all exact copies of earlier images.

        A test image is a copy of a training image too. Without the copies, each
        image is there once.
        """
        own = np.arange(len(self.first_copies))
        found = np.flatnonzero(self.first_copies != own)
        if in_test:
            return found[found >= self.num_train] - self.num_train
        return found[found < self.num_train]


def find(
    train: Split,
    test: Split,
    codes: tuple[Codes, Codes],
    components: Components,
    report: Report = silent,
) -> Duplicates:
    """Find exact and near duplicates among training and test images.

    Args:
        train: Training images and labels.
        test: Test images and labels, of the same shape.
        codes: The codes of the training and of the test images.
        components: The directions of the codes.
        report: Is told the share that is done.
    """
    copies = first_copies(train, test, part(report, 0, 0.1))
    exact = np.flatnonzero(copies != np.arange(len(copies)))
    crossing = (exact >= len(train.images)) & (copies[exact] < len(train.images))
    listed = exact[np.argsort(~crossing, kind="stable")[:MAX_PAIRS]]
    near, differences = _near_pairs(
        train, test, _directions(train, test, codes, components, copies), report
    )
    nearest = np.lexsort((near[:, 1], near[:, 0], differences))[:MAX_PAIRS]
    pairs = np.concatenate([np.column_stack([copies[listed], listed]), near[nearest]])
    labels = np.concatenate([train.labels, test.labels])
    nothing = np.zeros(len(listed), dtype=np.float32)
    return Duplicates(
        first_copies=copies,
        pairs=pairs,
        differences=np.concatenate([nothing, differences[nearest]]),
        same_label=labels[pairs[:, 0]] == labels[pairs[:, 1]],
        num_train=len(train.images),
        num_exact=len(exact),
        num_near=len(near),
    )


def first_copies(train: Split, test: Split, report: Report = silent) -> Indices:
    """Return for each image the position of the first one with the same bytes.

    Compares 128-bit digests (BLAKE2b), of which no two different images have the same.
    """
    digests = [
        hashlib.blake2b(image.tobytes(), digest_size=16).digest()
        for images in _pieces(train, test, report)
        for image in images
    ]
    halves = np.frombuffer(b"".join(digests), dtype=np.uint64).reshape(-1, 2)
    order = np.lexsort((np.arange(len(halves)), halves[:, 1], halves[:, 0]))
    is_first = np.ones(len(order), dtype=np.bool_)
    is_first[1:] = (halves[order[1:]] != halves[order[:-1]]).any(axis=1)
    groups = np.cumsum(is_first) - 1
    firsts = np.empty(len(order), dtype=np.int64)
    firsts[order] = order[is_first][groups]
    return firsts


def _pieces(train: Split, test: Split, report: Report) -> Iterator[NDArray[np.uint8]]:
    size = int(np.prod(train.images.shape[1:]))
    num_train = len(train.images)
    share = num_train / max(num_train + len(test.images), 1)
    for images, piece_report in (
        (train.images, part(report, 0, share)),
        (test.images, part(report, share, 1)),
    ):
        for piece in chunks.slices(len(images), piece_report, num_values=size):
            yield images[piece]


@dataclass(frozen=True, eq=False, kw_only=True)
class _Directions:
    """The images that take part, as directions: scaled to length 1.

    Attributes:
        positions: Which images: one of each that has ink, int64 of shape (m,).
        codes: Their projections and what these leave out, float32 of shape
            (m, components + 1).
    """

    positions: Indices
    codes: NDArray[np.float32]


def _directions(
    train: Split,
    test: Split,
    codes: tuple[Codes, Codes],
    components: Components,
    copies: Indices,
) -> _Directions:
    lengths = np.concatenate(
        [
            np.linalg.norm(chunks.rows(images), axis=1)
            for images in _pieces(train, test, silent)
        ]
    )
    is_first = copies == np.arange(len(copies))
    positions = np.flatnonzero(is_first & (lengths > 0))
    scaled = np.concatenate(codes)[positions].astype(np.float32)
    flat = components.directions.reshape(len(components.directions), -1)
    # Codes are relative to the mean image, but lengths are to be those of the ink.
    scaled[:, :-1] += flat @ components.mean.ravel()
    scaled /= lengths[positions, np.newaxis]
    return _Directions(positions=positions, codes=scaled)


def _near_pairs(
    train: Split, test: Split, directions: _Directions, report: Report
) -> tuple[Indices, NDArray[np.float32]]:
    """Return pairs of positions that are alike, and how much they differ."""
    tree = cKDTree(directions.codes[:, :_NUM_TREE_DIMENSIONS].astype(np.float64))
    pairs = [np.empty((0, 2), dtype=np.int64)]
    differences = [np.empty(0, dtype=np.float32)]
    # In the order of the tree, one query finds in the cache what the last one read.
    for start in range(0, len(tree.indices), _NUM_QUERIES):
        report(0.2 + 0.8 * start / len(tree.indices))
        queries = tree.indices[start : start + _NUM_QUERIES]
        found = directions.positions[_candidates(tree, queries, directions.codes)]
        amounts = _differences(train, test, found)
        alike = amounts <= MAX_DIFFERENCE
        pairs.append(found[alike])
        differences.append(amounts[alike])
    both = np.concatenate(pairs)
    unique, first = np.unique(both, axis=0, return_index=True)
    return unique, np.concatenate(differences)[first]


def _candidates(tree: cKDTree, queries: Indices, codes: NDArray[np.float32]) -> Indices:
    """Return pairs whose codes are near, int64 of shape (pairs, 2), each rising."""
    limit = MAX_DIFFERENCE + _ROUNDING
    _, nearest = tree.query(
        tree.data[queries], k=_NUM_CANDIDATES, distance_upper_bound=limit
    )
    one = np.repeat(queries, _NUM_CANDIDATES)
    other = nearest.ravel()
    exists = (other < len(codes)) & (other != one)
    pairs = np.column_stack([one[exists], other[exists]])
    near = np.empty(len(pairs), dtype=np.bool_)
    for piece in chunks.slices(len(pairs), num_values=codes.shape[1]):
        apart = codes[pairs[piece, 0]] - codes[pairs[piece, 1]]
        near[piece] = np.einsum("ij,ij->i", apart, apart) <= limit**2
    return np.unique(np.sort(pairs[near], axis=1), axis=0)


def _differences(train: Split, test: Split, pairs: Indices) -> NDArray[np.float32]:
    """Return how much the two images of each pair differ when scaled to length 1."""
    size = int(np.prod(train.images.shape[1:]))
    amounts = np.empty(len(pairs), dtype=np.float32)
    for piece in chunks.slices(len(pairs), num_values=size):
        one, other = (_scaled(train, test, pairs[piece, side]) for side in (0, 1))
        amounts[piece] = np.linalg.norm(one - other, axis=1)
    return amounts


def _scaled(train: Split, test: Split, positions: Indices) -> NDArray[np.float32]:
    images = np.empty((len(positions), *train.images.shape[1:]), dtype=np.uint8)
    in_train = positions < len(train.images)
    images[in_train] = train.images[positions[in_train]]
    images[~in_train] = test.images[positions[~in_train] - len(train.images)]
    ink = chunks.rows(images)
    ink /= np.linalg.norm(ink, axis=1, keepdims=True)
    return ink
