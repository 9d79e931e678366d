"""A recipe as a field of a larger value that is written down as JSON."""

import json
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator

from core.config.training import TrainingConfig


def _read(value: object) -> TrainingConfig:
    if isinstance(value, TrainingConfig):
        return value
    return TrainingConfig.from_json(json.dumps(value))


def _write(config: TrainingConfig) -> object:
    return json.loads(config.to_json())


RecipeField = Annotated[TrainingConfig, PlainValidator(_read), PlainSerializer(_write)]
"""A recipe with its own schema number, whatever it is a part of."""
