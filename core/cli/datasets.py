"""The commands about data sets."""

import argparse
from pathlib import Path

from core import settings
from core.cli import console, dataset_flags
from core.cli.console import Record
from core.datasets import catalog, export, getting, store
from core.datasets.importing.make import About, import_dataset
from core.datasets.importing.source import ImportOptions
from core.datasets.spec import DatasetCard
from core.errors import DatasetError
from core.records import Run
from core.runs import open_store, run_dataset, store_exists

Commands = argparse._SubParsersAction  # noqa: SLF001 - it has no public name


def add_to(
    commands: "Commands[argparse.ArgumentParser]", json_option: argparse.ArgumentParser
) -> None:
    """Add the commands to a parser."""
    group = commands.add_parser("datasets", help="data sets").add_subparsers(
        required=True, metavar="COMMAND"
    )
    for member, command, add_options in (
        ("list", list_datasets, dataset_flags.add_nothing),
        ("show", show_dataset, dataset_flags.add_name),
        ("get", get_dataset, dataset_flags.add_wanted),
        ("import", import_paths, dataset_flags.add_import),
        ("export", export_dataset, dataset_flags.add_export),
        ("verify", verify_dataset, dataset_flags.add_name),
        ("delete", delete_dataset, dataset_flags.add_delete),
    ):
        parser = group.add_parser(member, parents=[json_option], help=command.__doc__)
        parser.set_defaults(command=command)
        add_options(parser)


def list_datasets(options: argparse.Namespace) -> int:
    """Print the data sets that can be used."""
    rows = [
        {
            "name": spec.name,
            "title": spec.title,
            "classes": len(spec.classes),
            "train": spec.num_train,
            "test": spec.num_test,
            "origin": spec.origin,
            "licence": spec.licence,
        }
        for spec in catalog.specs()
    ]
    if not options.json:
        # A licence may be longer than a line; `show` has it.
        for row in rows:
            del row["licence"]
    console.print_rows(rows, name="datasets", as_json=options.json)
    return 0


def show_dataset(options: argparse.Namespace) -> int:
    """Print everything about one data set."""
    facts = _facts(options.name) | {"runs": len(_runs_of(options.name))}
    _print(facts, as_json=options.json)
    return 0


@settings.changes
def get_dataset(options: argparse.Namespace) -> int:
    """Download a data set, and import it."""
    with console.progress_bar() as report:
        card = getting.get(options.name, report)
    _print(_facts(card.spec.name), as_json=options.json)
    return 0


@settings.changes
def import_paths(options: argparse.Namespace) -> int:
    """Make a data set of files, folders or zips."""
    decided = ImportOptions(
        split=options.split,
        ink_style=options.ink_style,
        image_shape=options.size,
        test_share=options.test_share,
        seed=options.seed,
        transposed=options.transposed,
        on_problem=options.on_problem,
    )
    about = About(title=options.title, licence=options.licence)
    with console.progress_bar() as report:
        card = import_dataset(options.paths, options.name, decided, report, about=about)
    _print(_facts(card.spec.name), as_json=options.json)
    return 0


def export_dataset(options: argparse.Namespace) -> int:
    """Write a data set into a zip or an .npz file, which can be imported again."""
    form = options.form
    path = options.output or Path(export.file_name(options.name, form))
    with console.progress_bar() as report:
        export.write(
            store.load(options.name), form, path, report, replace=options.force
        )
    record = {"exported": options.name, "form": form, "file": str(path)}
    console.print_record(record | {"bytes": path.stat().st_size}, as_json=options.json)
    return 0


def verify_dataset(options: argparse.Namespace) -> int:
    """Compare every byte of a data set with its fingerprint."""
    dataset = store.verify(options.name)
    record = {"verified": options.name, "fingerprint": dataset.fingerprint}
    console.print_record(record, as_json=options.json)
    return 0


@settings.changes
def delete_dataset(options: argparse.Namespace) -> int:
    """Delete a data set, and what was computed from it; runs of it stay."""
    name = options.name
    runs = _runs_of(name)
    if runs and not options.yes:
        message = (
            f"Expected a data set that no run used, but {len(runs):,} did with {name}. "
            "They keep their models, and lose the images to look at. Give --yes to "
            "delete it all the same."
        )
        raise DatasetError(message)
    store.delete(name)
    console.print_record({"deleted": name, "runs": len(runs)}, as_json=options.json)
    return 0


def _facts(name: str) -> Record:
    """Return what there is to know about a data set, by name."""
    dataset = store.load(name)
    spec = dataset.spec
    facts: Record = {
        "name": spec.name,
        "title": spec.title,
        "classes": list(spec.classes),
        "image_shape": list(spec.image_shape),
        "ink_style": spec.ink_style,
        "num_train": spec.num_train,
        "num_test": spec.num_test,
        "bytes": store.size_on_disk(name),
        "fingerprint": dataset.fingerprint,
        "origin": spec.origin,
        "licence": spec.licence,
        "citation": spec.citation,
    }
    card = None if catalog.is_bundled(name) else catalog.card(name)
    return facts | _history(card)


def _history(card: DatasetCard | None) -> Record:
    """Return how a data set came to be."""
    return {
        "created": card.created if card else "",
        "source": card.source if card else "",
        "remarks": list(card.remarks) if card else [],
        "left_out": card.num_left_out if card else 0,
        "left_out_reasons": [
            {
                "reason": each.reason,
                "count": each.count,
                "examples": list(each.examples),
            }
            for each in (card.left_out if card else ())
        ],
        "parent": card.parent if card else "",
        "changes": list(card.changes) if card else [],
    }


def _print(facts: Record, *, as_json: bool) -> None:
    if as_json:
        console.print_record(facts, as_json=True)
        return
    reasons = [
        f"{each['count']:,} x {each['reason']}" for each in facts["left_out_reasons"]
    ]
    told = facts | {"left_out_reasons": reasons}
    told["image_shape"] = " x ".join(map(str, facts["image_shape"]))
    lines = {
        name: " ".join(value) if isinstance(value, list) else value
        for name, value in told.items()
    }
    console.print_record(
        {name: value for name, value in lines.items() if value != ""}, as_json=False
    )


def _runs_of(name: str) -> tuple[Run, ...]:
    """Return the runs that learned from the images of a data set."""
    if not store_exists():
        return ()
    runs = (job for job in open_store().jobs() if isinstance(job, Run))
    return tuple(
        run for run in runs if run.config.dataset == name and run_dataset.is_here(run)
    )
