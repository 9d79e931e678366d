"""The lines of a run's script that make its network, written from its graph."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from core.config import Graph
from core.config.networks.graph import INPUT
from core.config.networks.operations import (
    Activate,
    Add,
    BatchNorm,
    Conv,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePool,
    Identity,
    Images,
    MaxPool,
    Operation,
    Reshape,
    Scale,
)
from core.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class _Call:
    """A Keras layer as it is written, and the names of what it is called with."""

    name: str
    layer: str
    inputs: tuple[str, ...]


def network_lines(graph: Graph, changes: Sequence[str]) -> Iterator[str]:
    """Write the body of a function that makes a network.

    Args:
        graph: The network.
        changes: Lines of a list with the layers that come before it.

    Yields:
        Lines, indented from the body on.
    """
    start, calls = f"keras.Input({graph.shapes[INPUT]})", _calls(graph)
    if graph.is_chain:
        layers = [f"{start},", *changes, *(f"{call.layer}," for call in calls)]
        yield from _sequential("return", layers)
        return
    yield f"images = {start}"
    yield from _sequential("change =", changes)
    yield "signal = change(images)"
    yield from _functional(calls)
    yield "return keras.Model(images, signal)"


def _sequential(start: str, lines: Sequence[str]) -> Iterator[str]:
    yield f"{start} keras.Sequential("
    yield from ("    [", *(f"        {line}" for line in lines), "    ]", ")")


def _functional(calls: Sequence[_Call]) -> Iterator[str]:
    """Write one line for each; what is needed again later has a name of its own."""
    names = {INPUT: "signal"}
    for place, call in enumerate(calls):
        given = [names[source] for source in call.inputs]
        taken = given[0] if len(given) == 1 else f"[{', '.join(given)}]"
        is_kept = any(call.name in other.inputs for other in calls[place + 2 :])
        names[call.name] = call.name if is_kept else "signal"
        yield f"{names[call.name]} = {call.layer}({taken})"


def _calls(graph: Graph) -> list[_Call]:
    """List the layers to write.

    A nonlinearity is said by the convolution or dense layer before it. What does
    nothing is left out, and so is the channel that images get before all else.
    """
    calls: dict[str, _Call] = {}
    same_as: dict[str, str] = {}
    for node in graph.nodes:
        inputs = tuple(same_as.get(name, name) for name in node.inputs)
        call = _Call(name=node.name, layer=_layer(node.operation), inputs=inputs)
        match node.operation:
            case Images():
                pass
            case Reshape() if inputs == (INPUT,):
                same_as[node.name] = INPUT
            case Identity():
                same_as[node.name] = inputs[0]
            case Activate(function) if _can_say_it(calls[inputs[0]]):
                before = calls[inputs[0]]
                layer = f'{before.layer[:-1]}, activation="{function}")'
                calls[before.name] = replace(before, layer=layer)
                same_as[node.name] = before.name
            case _:
                calls[node.name] = call
    return list(calls.values())


def _can_say_it(call: _Call) -> bool:
    return call.layer.startswith(("layers.Dense(", "layers.Conv2D("))


def _layer(operation: Operation) -> str:  # noqa: C901, PLR0911, PLR0912 - one case for each
    match operation:
        case Images() | Identity():
            return ""
        case Flatten():
            return "layers.Flatten()"
        case Reshape(shape):
            return f"layers.Reshape({shape})"
        case Conv(filters, kernel, padding):
            return f'layers.Conv2D({filters}, {kernel}, padding="{padding}")'
        case BatchNorm():
            return "layers.BatchNormalization()"
        case Activate(function):
            return f'layers.Activation("{function}")'
        case Dropout(share):
            return f"layers.Dropout({share})"
        case MaxPool(size):
            return f"layers.MaxPooling2D({size if size != 2 else ''})"  # noqa: PLR2004 - Keras' default
        case GlobalAveragePool():
            return "layers.GlobalAveragePooling2D()"
        case Dense(_, "softmax"):
            return 'layers.Dense(NUM_CLASSES, activation="softmax")'
        case Dense(units, "linear"):
            return f"layers.Dense({units})"
        case Dense(units, squash):
            return f'layers.Dense({units}, activation="{squash}")'
        case Add():
            return "layers.Add()"
        case Scale():
            return "layers.Multiply()"
    message = (
        f"Expected an operation that Keras has a layer for, got {operation!r}. Teach "
        "it to core/handover/script_network.py."
    )
    raise ConfigError(message)
