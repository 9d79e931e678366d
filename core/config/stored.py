"""The record of a recipe: JSON with the number of its schema, and networks in it."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, Final

from core.config.described import settings_of
from core.config.networks import FAMILIES, MlpConfig, Network
from core.errors import SchemaError

SCHEMA: Final = 4
FIRST_SCHEMA: Final = 1
"""Records of this one lack what came later, which then has its default."""


def write(record: Mapping[str, object]) -> str:
    """Write a record as JSON text with its schema number."""
    return json.dumps({"schema": SCHEMA, **record}, indent=2)


def read(text: str) -> dict[str, Any]:
    """Read what `write` wrote, also in an earlier version.

    Raises:
        SchemaError: If the text is not such JSON, or of a newer program.
    """
    try:
        record: dict[str, Any] = json.loads(text)
        schema = record.pop("schema")
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError) as error:
        message = (
            "Expected a training configuration as JSON with a schema number, "
            f"got {text[:60]!r}. The record of this run is damaged."
        )
        raise SchemaError(message) from error
    if schema not in range(FIRST_SCHEMA, SCHEMA + 1):
        message = (
            f"Expected a training configuration of schema {SCHEMA}, got {schema!r}."
            " It comes from another version of Inklab: use that one to read it."
        )
        raise SchemaError(message)
    return record


def damaged(error: Exception) -> SchemaError:
    """Say that a record has not the fields of its schema."""
    message = (
        "Expected a training configuration with the fields of schema "
        f"{SCHEMA}, but {error}. The record of this run is damaged."
    )
    return SchemaError(message)


def network_record(network: Network) -> dict[str, Any]:
    """Write a network as plain values, with its kind."""
    values = dataclasses.asdict(network)
    return {
        "kind": network.family,
        **{name: values[name] for name in settings_of(type(network))},
    }


def network_from(record: Mapping[str, Any]) -> Network:
    """Read what `network_record` wrote.

    Raises:
        KeyError: If there is no such kind.
        ValidationError: If it has other settings.
        ConfigError: If a value is out of its range.
    """
    values = dict(record)
    return FAMILIES[values.pop("kind", MlpConfig.family)](**values)


def in_short(value: object) -> str:
    """Write a list without brackets, a block like 16C5, a network as its values."""
    match value:
        case {"kind": kind, **values}:
            words = (f"{name}={in_short(each)}" for name, each in values.items())
            return " ".join([str(kind), *words])
        case [{"kind": _}, *_]:
            return "; ".join(map(in_short, value))
        case {"filters": filters, "kernel": kernel, "convolutions": times}:
            return "-".join([f"{filters}C{kernel}"] * times)
        case {"filters": filters, "blocks": times}:
            return f"{times} x {filters}"
        case list() | tuple():
            return ",".join(map(in_short, value))
        case _:
            return str(value)
