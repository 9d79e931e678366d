r"""What a cluster on one machine does: Dask, and MLflow and Optuna on PostgreSQL.

    python benchmarks/cluster.py [--trainings 6] [--json]

A PostgreSQL server of its own (Debian's package `postgresql`), a tracking server, a
scheduler and two workers are started in a temporary folder, on free ports of this
machine. As root, PostgreSQL is run as its user `postgres`.
"""

import argparse
import contextlib
import getpass
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import machine
import numpy as np
from mlflow.tracking import MlflowClient

from core.config import MlpConfig, TrainingConfig, presets
from core.datasets import catalog
from core.datasets import store as datasets
from core.datasets.spec import DatasetSpec
from core.jobs import executor, lanes
from core.records import Lane, RunStatus
from core.runs import open_store, shared_datasets
from core.runs.store import RunStore
from core.tuning import storage
from core.tuning.space import Choices, Range, SearchSpace
from core.tuning.spec import StudySpec
from tests.cluster.machines import SECONDS, starting
from tests.serving import free_port
from tests.small_data import progress, wait_until

NUM_IMAGES: Final = 100_000
NUM_WORKERS: Final = 2
NUM_RUNS: Final = 300
NUM_WRITES: Final = 100
NUM_TRIALS: Final = 100


def main() -> None:
    """Start everything, measure and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trainings", type=int, default=6)
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    options = parser.parse_args()
    described = machine.describe()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with postgres(folder) as address:
            figures = _measure(folder, address, options.trainings)
    machine.print_figures(described, figures, as_json=options.json)


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Run a PostgreSQL server with the databases `runs` and `studies`.

    Yields:
        Its address, without a database.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    programs = found[-1] if found else Path(shutil.which("initdb") or "").parent
    if not (programs / "initdb").exists():
        message = "Expected PostgreSQL on this machine: apt-get install postgresql."
        raise RuntimeError(message)
    data, port = folder / "postgres", free_port()
    data.mkdir()
    is_root = os.geteuid() == 0
    prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    user = "postgres" if is_root else getpass.getuser()

    def run(program: str, *words: str) -> None:
        command = [*(prefix if is_root else []), str(programs / program), *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)

    if is_root:
        shutil.chown(data, "postgres", "postgres")
    run("initdb", "-D", str(data), "-A", "trust", "-U", user)
    served = f"-p {port} -c listen_addresses=127.0.0.1 -k {data}"
    run("pg_ctl", "-D", str(data), "-o", served, "-l", str(data / "log"), "-w", "start")
    try:
        for database in ("runs", "studies"):
            run("createdb", "-h", "127.0.0.1", "-p", str(port), "-U", user, database)
        yield f"postgresql+pg8000://{user}@127.0.0.1:{port}"
    finally:
        run("pg_ctl", "-D", str(data), "-m", "fast", "-w", "stop")


def _measure(folder: Path, address: str, num_trainings: int) -> dict[str, float]:
    started = time.perf_counter()
    with starting(folder, f"{address}/runs", num_workers=NUM_WORKERS) as machines:
        home = {
            "INKLAB_HOME": str(folder / "web"),
            "INKLAB_STUDIES": f"{address}/studies",
        }
        os.environ.update(machines.variables | home)
        cluster = lanes.cluster_of(Lane.COMPUTE)
        wait_until(lambda: cluster.state().num_workers == NUM_WORKERS, seconds=SECONDS)
        store = open_store()
        figures = {"everything started, s": time.perf_counter() - started}
        for measure in (
            lambda: _trainings(store, num_trainings),
            _transfer,
            lambda: _writes(store),
            lambda: _listing(store),
            _studies,
        ):
            found = measure()
            # It takes minutes; what fails later shall not hide it.
            print(found, file=sys.stderr, flush=True)
            figures |= found
        cluster.shutdown()
    return figures


def _trainings(store: RunStore, num: int) -> dict[str, float]:
    """Train the fastest preset on both workers, after each has compiled it."""
    config = presets.preset(presets.FASTEST).config
    _train_all(store, config, 2)
    seconds = _train_all(store, config, num)
    return {f"{num} trainings of {presets.FASTEST} on 2 workers, s": seconds}


def _train_all(store: RunStore, config: TrainingConfig, num: int) -> float:
    started = time.perf_counter()
    ids = [executor.train(store, config, name=f"run {number}") for number in range(num)]
    wait_until(
        lambda: all(store.job(each).status.is_over for each in ids), seconds=1800
    )
    ended = [store.get(each) for each in ids]
    if any(run.status is not RunStatus.FINISHED for run in ended):
        message = f"Expected all to finish, got {[run.reason for run in ended]}."
        raise RuntimeError(message)
    return time.perf_counter() - started


def _transfer() -> dict[str, float]:
    """Put a data set into the run store and fetch it again."""
    images = np.random.default_rng(0).integers(0, 256, (NUM_IMAGES, 28, 28), np.uint8)
    images[:, :8] = images[:, -8:] = images[:, :, :8] = images[:, :, -8:] = 0
    labels = (np.arange(NUM_IMAGES) % 10).astype(np.uint8)
    spec = DatasetSpec(
        name="large",
        title="Large",
        classes=tuple("0123456789"),
        image_shape=(28, 28),
        ink_style="mnist",
        num_train=1,
        num_test=1,
    )
    with datasets.create(spec) as draft:
        draft.content.append("train", images, labels)
        draft.content.append("test", images[:1000], labels[:1000])
    fingerprint = catalog.card("large").fingerprint
    shared = shared_datasets.SharedDatasets(os.environ["MLFLOW_TRACKING_URI"])
    put = _seconds(lambda: shared.put("large", fingerprint))
    offer = shared.find(fingerprint)
    get = _seconds(
        lambda: shared.get("large", offer, fingerprint=fingerprint, check=lambda: None)
    )
    size = f"{datasets.size_on_disk('large') / 1e6:.0f} MB of images"
    return {f"{size} into the run store, s": put, f"{size} fetched, s": get}


def _writes(store: RunStore) -> dict[str, float]:
    """Report as workers do: is a stop requested, then tags and metrics."""
    config = TrainingConfig(network=MlpConfig(hidden=(16,)))
    rows = {}
    for num_threads in (1, 8):
        ids = [store.create(config, name=f"writer {n}") for n in range(num_threads)]

        started = time.perf_counter()
        with ThreadPoolExecutor(num_threads) as threads:
            list(threads.map(lambda each: _report_on(store, each), ids))
        total = NUM_WRITES * num_threads
        name = f"reports of a training a second, {num_threads} writers"
        rows[name] = total / (time.perf_counter() - started)
        for each in ids:
            store.delete(each)
    return rows


def _report_on(store: RunStore, run_id: str) -> None:
    for number in range(NUM_WRITES):
        store.is_stop_requested(run_id)
        store.log(run_id, [progress(number / NUM_WRITES)])


def _listing(store: RunStore) -> dict[str, float]:
    """List all runs, as a page does."""
    config = TrainingConfig(network=MlpConfig(hidden=(16,)))
    create = _seconds(
        lambda: [store.create(config, name=f"run {n}") for n in range(20)]
    )
    client = MlflowClient()
    experiment = client.get_experiment_by_name("inklab").experiment_id
    template = client.search_runs([experiment], max_results=1)[0]
    for _ in range(NUM_RUNS):
        client.create_run(experiment, tags=template.data.tags)
    num = len(store.jobs())
    return {
        "a run queued, ms": create / 20 * 1000,
        f"list of {num} runs, ms": _seconds(store.jobs) * 1000,
        "list of what waits, ms": _seconds(store.open_jobs) * 1000,
    }


def _studies() -> dict[str, float]:
    """Ask for trials and tell their scores, as the web process does."""
    space = SearchSpace(
        varied={
            "learning_rate": Range(low=1e-4, high=1e-2),
            "batch_size": Choices(values=(32, 64, 128)),
        }
    )
    base = TrainingConfig(validation_fraction=0.1)
    rows = {}
    for sampler in ("random", "tpe"):
        study = storage.create(
            f"study {sampler}",
            StudySpec(base=base, space=space, sampler=sampler, num_trials=NUM_TRIALS),
        )

        def tell_all(study: storage.Study = study) -> None:
            while asked := study.ask():
                study.note_run(asked.number, "run")
                study.tell(asked.number, (0.9,))

        seconds = _seconds(tell_all)
        rows[f"{NUM_TRIALS} trials asked and told, {sampler}, s"] = seconds
    return rows


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
