"""Say what is wrong with a value of a configuration."""

from core.errors import ConfigError


def check_whole(name: str, value: object) -> None:
    """Raise ConfigError unless the value is a whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        message = f"Expected a whole number as {name}, got {value!r}."
        raise ConfigError(message)


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Raise ConfigError unless the value is a number from `low` to `high`."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        message = f"Expected a number as {name}, got {value!r}."
        raise ConfigError(message)
    if not low <= value <= high:
        message = f"Expected {name} from {low:,} to {high:,}, got {value:,}."
        raise ConfigError(message)


def check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    """Raise ConfigError unless the value is one of the choices."""
    if value not in choices:
        message = f"Expected {name} to be one of {', '.join(choices)}, got {value!r}."
        raise ConfigError(message)


def check_kind(name: str, value: object, *kinds: type, expected: str) -> None:
    """Raise ConfigError unless the value is of one of the kinds, told as `expected`."""
    if not isinstance(value, kinds):
        message = f"Expected {name} as {expected}, got {value!r}."
        raise ConfigError(message)
