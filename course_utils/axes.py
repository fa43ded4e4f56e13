"""What the axes of a layer's outputs mean, from what those of its input mean: the reasoning behind `shapes`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from .checks import named as listed

Shape = tuple[int | None, ...]

_BOTH = "2×"  # before the name of an axis on which a forward and a backward half stand one after the other


class Named(NamedTuple):
    """A tensor that a layer puts out: its variable in the course, what it is, its axes, and where y holds it too."""

    variable: str
    name: str
    axes: tuple[str, ...]
    same_as: str = ""


def written(names: tuple[str, ...], shape: Shape) -> str:
    """Return a shape as it is written: (batch=1, time, units=2×3) for the names batch, time and 2×units.

    Raises
    ------
    ValueError
        If an axis of two halves has an odd length.
    """
    return listed(tuple(_pair(name, size) for name, size in zip(names, shape, strict=True)))


def neutral(rank: int) -> tuple[str, ...]:
    """Return names that say no more than which axis it is; the first is the batch."""
    return ("batch", *(f"axis_{place}" for place in range(1, rank)))[:rank]


def axes_of_input(layer: Any, rank: int) -> tuple[str, ...]:
    """Return the names of the axes of what comes from outside, by the layer that reads it."""
    import keras

    if isinstance(layer, keras.layers.Embedding) and rank == 2:
        return "batch", "time"
    return {2: ("batch", "features"), 3: ("batch", "time", "features")}.get(rank, neutral(rank))


def halves(layer: Any) -> list[Any]:
    """Return the recurrent layers of which a layer consists: itself, in Bidirectional two, of any other layer none."""
    import keras

    both = isinstance(layer, keras.layers.Bidirectional)
    loops = [layer.forward_layer, layer.backward_layer] if both else [layer]
    known = _states(loops[0]) and len({type(loop.cell) for loop in loops if _states(loop)}) == 1
    return loops if known else []


def call_of(layer: Any) -> str:
    """Return a layer as one writes it, with the options that decide on shapes."""
    name, loops = type(layer).__name__, halves(layer)
    if not loops:
        return name
    inner = loops[0]
    options = [
        f", {word}=True" for word in ("return_sequences", "return_state", "go_backwards") if getattr(inner, word)
    ]
    call = f"{type(inner).__name__}({inner.cell.units}{''.join(options)})"
    if inner is layer:
        return call
    merge = "" if layer.merge_mode == "concat" else f", merge_mode={layer.merge_mode!r}"
    return f"{name}({call}{merge})"


def named_outputs(layer: Any, names: tuple[str, ...], shape: Shape, shapes: list[Shape]) -> list[Named]:
    """Return what the outputs of a layer are, from the names of the axes of its (first) input and all the shapes."""
    import keras

    if halves(layer):
        return _of_recurrent(layer)
    if isinstance(layer, keras.Model) and getattr(layer, "outputs", None):
        calls = _traced(layer)
        inside = {id(tensor): named for _, *both in calls for tensor, named in zip(*both, strict=True)}
        return [Named("y", "", inside[id(tensor)].axes) for tensor in layer.outputs]
    if len(shapes) > 1:
        return [Named(f"y_{place}", "", neutral(len(output))) for place, output in enumerate(shapes)]
    axes = _of_other(layer, names, shape, shapes[0])
    return [Named("y", "", axes if len(axes) == len(shapes[0]) else neutral(len(shapes[0])))]


def calls_of_model(model: Any) -> Iterator[tuple[Any, list[Named], list[Shape]]]:
    """Yield each layer of a model with what it puts out, once for each time it is called, in the order of computation.

    Raises
    ------
    ValueError
        If the model has no graph.
    """
    import keras

    try:
        known = model.inputs and model.outputs
    except AttributeError:  # what a Sequential model raises before it knows its input
        known = False
    if not known:
        raise ValueError(
            f"The model {model.name} has no graph to read. Begin a Sequential model with keras.Input((time, "
            "features)); of a model that is a class of its own, look at the layers one by one, with of_layer."
        )
    for operation, tensors, named in _traced(model):
        if isinstance(operation, keras.Layer):  # not the comparisons that make masks
            yield operation, named, [tuple(tensor.shape) for tensor in tensors]


# --- One layer


def _pair(name: str, size: int | None) -> tuple[str, int | str | None]:
    if not name.startswith(_BOTH):
        return name, size
    if size is not None and size % 2:
        raise ValueError(f"An axis of length {size} has no two halves of the same length, as {name} says.")
    return name.removeprefix(_BOTH), size and f"{_BOTH}{size // 2}"


def _states(layer: Any) -> dict[str, str]:
    """Return the states of a layer, variable and name, if it is one of the three kinds that the course teaches."""
    import keras

    cell = getattr(layer, "cell", None)
    if isinstance(cell, keras.layers.LSTMCell):
        return {"h": "last hidden state", "c": "last cell state"}
    return {"h": "last hidden state"} if isinstance(cell, keras.layers.SimpleRNNCell | keras.layers.GRUCell) else {}


def _of_recurrent(layer: Any) -> list[Named]:
    first, *second = halves(layer)
    every = first.return_sequences
    axes = ("batch", "time", "units") if every else ("batch", "units")
    name = "output at every step" if every else "last output of each half" if second else "output at the last step"
    if not second:
        if layer.go_backwards:
            name = "output at every step, the last step first" if every else "output at the first step, read last"
        outputs, parts = [Named("y", name, axes)], [("", "", "y[:, -1]" if every else "y")]
    else:
        units, merge = first.cell.units, layer.merge_mode
        if merge is None:
            name = "output at every step" if every else "last output"
            outputs = [Named(f"{half}_y", f"{name}, {half}", axes) for half in ("forward", "backward")]
            places = ("forward_y[:, -1]", "backward_y[:, 0]") if every else ("forward_y", "backward_y")
        elif merge == "concat":
            outputs = [Named("y", name, (*axes[:-1], f"{_BOTH}units"))]
            places = (f"y[:, -1, :{units}]", f"y[:, 0, {units}:]") if every else (f"y[:, :{units}]", f"y[:, {units}:]")
        else:
            word = {"sum": "sum", "mul": "product", "ave": "average"}[merge]
            outputs, places = [Named("y", f"{name}, {word} of both halves", axes)], ("", "")
        if first.go_backwards:  # exchanged by hand: then nothing is where it is otherwise
            places = ("", "")
        parts = [("forward_", ", forward", places[0]), ("backward_", ", backward", places[1])]
    states = [
        # The cell state is in no output: an LSTM shows what its output gate lets through.
        Named(f"{half}{variable}", f"{name}{word}", ("batch", "units"), place if variable == "h" else "")
        for half, word, place in parts
        for variable, name in _states(first).items()
    ]
    return outputs + states if first.return_state else outputs


def _of_other(layer: Any, names: tuple[str, ...], shape: Shape, output: Shape) -> tuple[str, ...]:
    """Return the names of the axes of the one output of a layer that is not recurrent."""
    import keras

    layers = keras.layers
    if getattr(layer, "data_format", None) == "channels_first":
        return neutral(len(output))
    if isinstance(layer, layers.TimeDistributed):
        inner = named_outputs(layer.layer, (names[0], *names[2:]), shape[:1] + shape[2:], [output[:1] + output[2:]])
        axes = inner[0].axes[1:]
        return ("batch", "time", *(neutral(len(output))[2:] if "time" in axes else axes))
    if isinstance(layer, layers.Embedding):
        return (*(("batch", "time") if len(names) == 2 else names), "features")
    if isinstance(layer, layers.Dense):
        return (*names[:-1], "units")
    if isinstance(layer, layers.Conv1D | layers.SeparableConv1D | layers.Conv1DTranspose):
        return "batch", "time", "filters"
    if isinstance(layer, layers.MaxPooling1D | layers.AveragePooling1D):
        return names
    if isinstance(layer, layers.GlobalMaxPooling1D | layers.GlobalAveragePooling1D):
        return names[:1] + names[2:]
    if isinstance(layer, layers.RepeatVector):
        return "batch", "time", names[-1]
    if isinstance(layer, layers.Flatten):
        return "batch", "features"
    if getattr(layer, "supports_masking", False) and len(shape) == len(output):
        # What hands a mask on leaves every axis in its place; one that changes its length (Concatenate) is another one.
        same = zip(names, neutral(len(output)), shape, output, strict=True)
        return tuple(name if before == after else place for name, place, before, after in same)
    return neutral(len(output))


# --- A whole model


def _traced(model: Any) -> list[tuple[Any, list[Any], list[Named]]]:
    """Return every call of a model: the operation, and what it puts out, as symbolic tensors and with their names."""
    nodes = _nodes(model)
    calls = [
        (tensor._keras_history.operation, [tensor], [Named("x", "", _axes_of_graph_input(tensor, nodes))])
        for tensor in model.inputs
    ]
    axes = {id(tensor): named.axes for _, (tensor,), (named,) in calls}
    for node in nodes:
        operation, outputs = node.operation, node.output_tensors
        # Of several inputs, the one with as many axes as the output has the names; a recurrent layer reads the first.
        like = [tensor for tensor in node.input_tensors if len(tensor.shape) == len(outputs[0].shape)]
        source = node.input_tensors[0] if halves(operation) or not like else like[0]
        shapes = [tuple(output.shape) for output in outputs]
        found = named_outputs(operation, axes[id(source)], tuple(source.shape), shapes)
        axes.update((id(tensor), named.axes) for tensor, named in zip(outputs, found, strict=True))
        calls.append((operation, outputs, found))
    return calls


def _nodes(model: Any) -> list[Any]:
    """Return the calls of which a model consists, each after those whose outputs it reads.

    Keras keeps a layer's calls beside the layer, also those in other models; from the outputs one finds this model's.
    """
    nodes, seen = [], {id(tensor) for tensor in model.inputs}

    def visit(tensor: Any) -> None:
        if id(tensor) in seen:
            return
        operation, place, _ = tensor._keras_history
        node = operation._inbound_nodes[place]
        seen.update(id(output) for output in node.output_tensors)
        for source in node.input_tensors:
            visit(source)
        nodes.append(node)

    for tensor in model.outputs:
        visit(tensor)
    return nodes


def _axes_of_graph_input(tensor: Any, nodes: list[Any]) -> tuple[str, ...]:
    """Return the names of the axes of an input of a model, by the first layer that reads it."""
    rank = len(tensor.shape)
    for node in nodes:
        places = [place for place, source in enumerate(node.input_tensors) if source is tensor]
        if places and hasattr(node.operation, "count_params"):
            state = places[0] and halves(node.operation) and rank == 2
            return ("batch", "units") if state else axes_of_input(node.operation, rank)
    return axes_of_input(None, rank)
