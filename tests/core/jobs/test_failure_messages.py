"""Why a run failed, as a person is told."""

import pytest

from core.config import TrainingConfig
from core.errors import ConfigError
from core.jobs import failure_messages
from core.jobs.kinds.train import Train

CONFIG = TrainingConfig(batch_size=512)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("OOM when allocating tensor"),
        RuntimeError("bad_alloc"),
    ],
    ids=["Python", "TensorFlow", "C++"],
)
def test_a_lack_of_memory_is_told_with_what_to_do(error: Exception) -> None:
    reason = failure_messages.reason(error, Train(config=CONFIG))

    assert "Memory ran out on this machine" in reason
    assert "smaller batch size (it was 512) or a smaller network" in reason


def test_an_error_of_ours_is_its_own_reason() -> None:
    """Also one that speaks of memory."""
    error = ConfigError("Expected fewer units: bad_alloc.")

    assert failure_messages.reason(error, Train(config=CONFIG)) == str(error)


def test_any_other_error_is_named() -> None:
    assert failure_messages.reason(KeyError("a"), CONFIG) == "Unexpected KeyError: 'a'"
