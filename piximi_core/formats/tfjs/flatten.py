"""A topology of models within models as one flat one, with layers put in front of it.

TensorFlow.js 4.2.0 opens nested models, but our networks and exports are flat. Works on what
`clean_topology` lets through, so on plain dictionaries; TensorFlow is not imported.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from piximi_core.errors import BadInput
from piximi_core.formats.tfjs.tfjs_rules import NETWORKS, WEIGHTLESS

__all__ = ["flat_topology"]

Shape = tuple[int, int, int]


def flat_topology(
    topology: dict[str, Any],
    input_shape: Shape,
    *,
    front: Sequence[dict[str, Any]] = (),
    copies: int = 1,
) -> dict[str, Any]:
    """Open all nested models; names of layers with weights stay, so weights are found by name.

    Parameters
    ----------
    topology
        What `clean_topology` returned.
    input_shape
        Height, width and channels that the result takes.
    front
        Layers (`class_name`, `config`) that the picture passes first.
    copies
        How often the channels are repeated after that: 3 turns grey into RGB.

    Returns
    -------
    dict
        Sequential if every layer feeds just the next, else Functional.

    Raises
    ------
    BadInput
        Several inputs or outputs, or two layers with weights of the same name.
    """
    flat = _Flat(topology)
    at = flat.add("InputLayer", {"name": "input", "batch_input_shape": [None, *input_shape]}, [])
    for layer in front:
        at = flat.add(layer["class_name"], layer["config"], [at])
    if copies > 1:
        at = flat.add("Concatenate", {"name": "repeat", "axis": -1}, [at] * copies)
    end = flat.walk(topology, at)
    return flat.finished(end)


class _Flat:
    """The layers so far, each with the names of those that feed it."""

    def __init__(self, topology: dict[str, Any]) -> None:
        self._layers: list[tuple[dict[str, Any], list[str]]] = []
        self._taken = _weighted_names(topology)

    def add(self, class_name: str, config: dict[str, Any], feeds: list[str]) -> str:
        name = str(config["name"])
        if class_name in WEIGHTLESS:
            base, number = name, 1
            while name in self._taken:
                number += 1
                name = f"{base}_{number}"
            self._taken.add(name)
        kept = {key: value for key, value in config.items() if key != "batch_input_shape"}
        if class_name == "InputLayer":
            kept = config
        layer = {"class_name": class_name, "config": {"dtype": "float32", **kept, "name": name}}
        self._layers.append((layer, feeds))
        return name

    def walk(self, network: dict[str, Any], source: str) -> str:
        """Add the layers of a network that is fed by a layer; return the last one's name."""
        if network["class_name"] == "Sequential":
            at = source
            for layer in network["config"]["layers"]:
                at = self._step(layer, [at])
            return at
        config = network["config"]
        if len(config["input_layers"]) != 1 or len(config["output_layers"]) != 1:
            raise BadInput("The model, or one in it, has several inputs or outputs.")
        names: dict[str, str] = {}
        for layer in config["layers"]:
            nodes = layer["inbound_nodes"]
            feeds = [names[link[0]] for link in nodes[0]] if nodes else [source]
            names[layer["name"]] = self._step(layer, feeds)
        return names[config["output_layers"][0][0]]

    def _step(self, layer: dict[str, Any], feeds: list[str]) -> str:
        if layer["class_name"] == "InputLayer":
            return feeds[0]
        if layer["class_name"] not in NETWORKS:
            return self.add(layer["class_name"], layer["config"], feeds)
        if len(feeds) != 1:
            raise BadInput("A model in the model has several inputs.")
        return self.walk(layer, feeds[0])

    def finished(self, end: str) -> dict[str, Any]:
        names = [layer["config"]["name"] for layer, _ in self._layers]
        chained = [feeds for _, feeds in self._layers[1:]] == [[name] for name in names[:-1]]
        if chained and end == names[-1]:
            layers = [layer for layer, _ in self._layers]
            return {"class_name": "Sequential", "config": {"name": "classifier", "layers": layers}}
        connected = [
            {
                **layer,
                "name": layer["config"]["name"],
                "inbound_nodes": [[[name, 0, 0, {}] for name in feeds]] if feeds else [],
            }
            for layer, feeds in self._layers
        ]
        config = {
            "name": "classifier",
            "layers": connected,
            "input_layers": [[names[0], 0, 0]],
            "output_layers": [[end, 0, 0]],
        }
        return {"class_name": "Functional", "config": config}


def _weighted_names(topology: dict[str, Any]) -> set[str]:
    """Return the names of layers with weights, which keep theirs."""
    found: set[str] = set()
    for layer in _all_layers(topology):
        name = layer["config"]["name"]
        if layer["class_name"] in WEIGHTLESS:
            continue
        if name in found:
            raise BadInput(
                "Two layers of the model are called '{name}'; names must be unique.", name=name
            )
        found.add(name)
    return found


def _all_layers(network: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for layer in network["config"]["layers"]:
        if layer["class_name"] in NETWORKS:
            yield from _all_layers(layer)
        else:
            yield layer
