"""The machine that a benchmark ran on, for the line above its table."""

import json
import os
import platform
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

_SIDE = 1500
_REPEATS = 5


def describe() -> dict[str, object]:
    """Return the processor, its cores, and its speed in a large matrix product.

    Returns:
        Names and plain values; `gflops` is the best of 5 products of two
        float32 matrices of 1,500 x 1,500 in NumPy.
    """
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "gflops": round(_gflops()),
    }


def line(machine: dict[str, object]) -> str:
    """Describe the machine in one line."""
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['gflops']} "
        f"GFLOP/s in a large float32 matrix product, Python {machine['python']}"
    )


def print_figures(
    machine: dict[str, object], figures: Mapping[str, float], *, as_json: bool
) -> None:
    """Print the machine and one figure a line, or all as JSON."""
    if as_json:
        print(json.dumps({"machine": machine} | dict(figures)))
        return
    print(line(machine))
    for name, value in figures.items():
        print(f"{name:60}{value:12,.3f}")


def seconds(task: Callable[[], object]) -> float:
    """Measure how long a task takes, once."""
    started = time.perf_counter()
    task()
    return time.perf_counter() - started


def _processor() -> str:
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
            for text in lines:
                if text.startswith("model name"):
                    return text.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _gflops() -> float:
    matrix = np.random.default_rng(0).random((_SIDE, _SIDE), dtype=np.float32)
    best = min(seconds(lambda: matrix @ matrix) for _ in range(_REPEATS))
    return 2 * _SIDE**3 / best / 1e9
