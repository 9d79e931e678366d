"""Recognise sets of IDX files: EMNIST's, torchvision's `raw` folder, MNIST's relatives.

EMNIST's images lie transposed in them, whoever packed or copied the files, so the name
decides. Whether they are NIST's own files, size and SHA-256 decide.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import partial

from core.datasets import emnist, idx
from core.datasets.emnist import Content
from core.datasets.importing import choosing, naming
from core.datasets.importing.array_labels import ArrayPart
from core.datasets.importing.arrays import ArraySet, ArraySource
from core.datasets.importing.choosing import Named
from core.datasets.importing.entries import Entry
from core.datasets.importing.source import ImportOptions
from core.errors import DatasetFileError
from core.types import SplitName

_PART_WORDS = {"train": "training", "test": "test"}

_Roles = dict[tuple[SplitName, Content], Entry]


def find(entries: Sequence[Entry]) -> list[Entry]:
    """Return the files that are IDX files by their names."""
    return [entry for entry in entries if _is_idx(entry)]


def _is_idx(entry: Entry) -> bool:
    name = entry.name.lower().removesuffix(".gz")
    if name.endswith(("ubyte", ".idx", ".idx1", ".idx3")) or re.search("idx[13]", name):
        return True
    # A name without an ending may be that of anything.
    is_named = "." not in name and name.endswith(("images", "labels"))
    return is_named and idx.is_idx(entry)


def source(
    found: Sequence[Entry], entries: Sequence[Entry], options: ImportOptions
) -> ArraySource:
    """Make a source of IDX files.

    Args:
        found: The IDX files.
        entries: All files, among which may be a list of classes.
        options: Which set is meant, and how it lies.

    Raises:
        DatasetFileError: If it is not clear which files belong together, if one is
            missing or damaged, or if they contradict each other.
    """
    group, files = choosing.chosen(choosing.by_group(found), options)
    split = files[0][1].split
    by_role = _by_role(files)
    parts = {part: _part(by_role, part) for part in _parts_of(by_role)}
    if split is None:
        folder = files[0][0].path.parent
        named = naming.beside(entries, folder)
        found_set = ArraySet(
            form="IDX",
            title=group.split("/")[-1] or "IDX files",
            parts=parts,
            naming=named if named.classes else naming.of_known(group, parts),
        )
        return ArraySource(found_set, options)
    return ArraySource(_emnist(group, split, by_role, parts), options)


def _emnist(
    group: str, split: str, by_role: _Roles, parts: Mapping[SplitName, ArrayPart]
) -> ArraySet:
    official = emnist.SPLITS[split]
    is_official = is_unpacked = False
    if choosing.is_official_split(group, split):
        is_official = all(_is_official(entry) for entry in by_role.values())
        is_unpacked = not any(e.name.endswith(".gz") for e in by_role.values())
        sizes = {name: part.num_images for name, part in parts.items()}
        is_unpacked &= sizes == {"train": official.num_train, "test": official.num_test}
    doubt = choosing.UNPACKED if is_unpacked else choosing.NOT_OFFICIAL
    return ArraySet(
        form="EMNIST (IDX)",
        title=official.title + ("" if is_official or is_unpacked else ", other files"),
        parts=parts,
        naming=naming.of_emnist(split),
        is_transposed=True,
        ink_style="emnist",
        licence=emnist.LICENCE,
        citation=emnist.CITATION,
        remarks=() if is_official else (doubt,),
    )


def _by_role(files: Sequence[Named]) -> _Roles:
    """Return which file is which; of two copies, the one that is gzipped."""
    by_role: _Roles = {}
    for entry, name in files:
        if name.content is None:
            message = (
                f"Expected a name that ends in images or labels, got {entry}. "
                "Rename the file, as in train-images-idx3-ubyte."
            )
            raise DatasetFileError(message)
        role = (name.part or "train", name.content)
        if role not in by_role or entry.name.endswith(".gz"):
            by_role[role] = entry
    return by_role


def _parts_of(by_role: _Roles) -> list[SplitName]:
    return list(dict.fromkeys(part for part, _ in by_role))


def _part(by_role: _Roles, part: SplitName) -> ArrayPart:
    for content in ("images", "labels"):
        if (part, content) not in by_role:
            names = ", ".join(str(entry) for entry in by_role.values())
            message = (
                f"Expected a file of {_PART_WORDS[part]} {content}, got none beside "
                f"{names}. Add it, or remove its counterpart."
            )
            raise DatasetFileError(message)
    images = by_role[part, "images"]
    num_images, height, width = idx.images_shape(images)
    return ArrayPart(
        name=images.name,
        values=idx.read_labels(by_role[part, "labels"]),
        num_images=num_images,
        image_shape=(height, width),
        blocks=partial(idx.image_blocks, images),
    )


def _is_official(entry: Entry) -> bool:
    """Tell whether a file is NIST's own; the unpacked ones cannot be told."""
    official = emnist.OFFICIAL.get(entry.name)
    if official is None or entry.size != official.size:
        return False
    with entry.reading() as stream:
        digest = hashlib.sha256()
        while content := stream.read(2**20):
            digest.update(content)
    return digest.hexdigest() == official.sha256
