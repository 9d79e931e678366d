"""Training images as a recipe would change them, made once for all sessions.

Only the process that trains can make them, so a page asks, and looks again.
"""

from concurrent.futures import Future

import streamlit as st

from core.config import TrainingConfig
from core.jobs import executor
from core.types import ByteImages

Preview = Future[tuple[ByteImages, ByteImages]]
"""What will be images, uint8 of shape (images, 28, 28), and their changes, uint8 of
shape (images, changes, 28, 28)."""


def preview(
    config: TrainingConfig,
    *,
    num_images: int,
    num_changes: int,
    tries_again: bool = False,
) -> Preview:
    """Have some training images changed as a configuration says.

    Args:
        config: Gives the data set, the changes and their seed.
        num_images: How many images.
        num_changes: How often each is changed.
        tries_again: Whether what failed before is asked for anew.
    """
    only_changes = TrainingConfig(
        dataset=config.dataset, augmentation=config.augmentation, seed=config.seed
    )
    asked = only_changes, num_images, num_changes
    if tries_again and has_failed(_preview(*asked)):
        _preview.clear(*asked)
    return _preview(*asked)


def has_failed(coming: Preview) -> bool:
    """Tell whether a preview will not come."""
    return coming.done() and (coming.cancelled() or coming.exception() is not None)


@st.cache_resource(
    max_entries=50, show_spinner=False, on_release=lambda late: late.cancel()
)
def _preview(config: TrainingConfig, num_images: int, num_changes: int) -> Preview:
    return executor.preview(config, num_images=num_images, num_changes=num_changes)
