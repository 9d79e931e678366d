"""XLA compiles once for a network, whatever is trained with it afterwards."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

TWO_TRAININGS = """
import sys
from dataclasses import replace
from pathlib import Path

from core.training.train import train
from tests.small_data import SMALL, stripes

changed = replace(SMALL, seed=1, epochs=3, learning_rate=0.01, schedule="cosine")
for config in (SMALL, changed):
    train(stripes(430), config)
    loops = Path(sys.argv[1]).glob("*chunk*before_optimizations.txt")
    print(len(list(loops)))
"""


def test_a_second_training_of_the_same_network_compiles_nothing(tmp_path: Path) -> None:
    """It takes a second, and chunks of 12 and 13 batches are of one shape too.

    XLA itself writes down what it compiles: counting TensorFlow's graphs would
    miss what XLA compiles anew for another value.
    """
    flags = f"--xla_dump_to={tmp_path} --xla_dump_hlo_as_text"

    result = subprocess.run(
        [sys.executable, "-c", TWO_TRAININGS, str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"XLA_FLAGS": flags, "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        text=True,
    )

    assert result.stdout.split() == ["1", "1"]
