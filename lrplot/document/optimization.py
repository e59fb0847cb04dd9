"""Training in a spec: optimizers, the gradients they are given, the quadratic model."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from pydantic.fields import FieldInfo

from lrplot.document.foreign import Foreign
from lrplot.document.tree import Complaint, Node
from lrplot.document.values import Complain, ReadParameter, Unreadable, Values, plain_value, read_model
from lrplot.errors import ExpressionError, LrplotError, NotationError, OptimizerError
from lrplot.expression import Expression
from lrplot.optimizers import TYPES, Optimizer, Quadratic, check_gradients
from lrplot.optimizers.optimization import Noise, Optimization
from lrplot.records.series import read_vectors
from lrplot.schedules import nearest
from lrplot.schedules.fields import Kind, kind_of

_NUMBERS: Final = Kind("numbers")


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """An optimizer a spec asks for: its label, its own base rate where it has one, and what it is given."""

    label: str
    lr: float | None
    optimization: Optimization


def _named_parameter(values: Values) -> ReadParameter:
    """The reader of one parameter of an optimizer or of the quadratic model."""

    def read(name: str, info: FieldInfo, node: Node) -> Any:
        if isinstance(node.value, list):
            return tuple(values.numbers(name, _NUMBERS, node))
        kind = kind_of(info)
        return plain_value(node) if kind is None or node.value is None else values.read(name, kind, node)

    return read


def read_quadratic(root: Node, values: Values, complain: Complain) -> Quadratic | None:
    """The noisy quadratic model of ``simulate``, None where the spec has none."""
    node = root.entries.get("simulate")
    if node is None:
        return None
    if not isinstance(node.value, Mapping):
        complain(Complaint(f"simulate must be a mapping, such as {{batch_size: 8}}, got {node.kind}", node))
        return None
    return read_model(node, Quadratic, "quadratic", complain, value=_named_parameter(values))


class OptimizationReader:
    """Reads ``optimizer`` or ``optimizers``, ``gradients`` and ``weights``."""

    def __init__(
        self, root: Node, values: Values, complain: Complain, foreign: Foreign | None, lr: float | None
    ) -> None:
        self._root = root
        self._values = values
        self._complain = complain
        self._foreign = foreign
        self._lr = lr

    def _fail(self, message: str, node: Node) -> None:
        self._complain(Complaint(message, node))

    def read(self, steps: int | None) -> tuple[Asked, ...]:
        """The optimizers in their order, none where the spec has none."""
        entries = self._root.entries
        named = tuple(self._named(entries))
        if not named:
            asked = entries.keys() & {"optimizer", "optimizers"}
            for key in ("gradients", "weights"):
                if key in entries and not asked:
                    self._fail(f"{key} are for an 'optimizer', and there is none", self._root.key(key))
            return ()
        gradients = self._gradients(entries)
        weights = self._weights(entries)
        if gradients is None:
            return ()
        if isinstance(gradients, np.ndarray) and steps is not None and len(gradients) < steps:
            counted = f"{len(gradients)} steps have gradients, the run has {steps}"
            self._fail(f"gradients: {counted}", entries["gradients"])
        return tuple(
            Asked(label, lr, Optimization(optimizer, gradients, weights)) for label, lr, optimizer in named
        )

    def _named(self, entries: Mapping[str, Node]) -> Iterator[tuple[str, float | None, Optimizer]]:
        one, several = entries.get("optimizer"), entries.get("optimizers")
        if one is not None and several is not None:
            self._fail(
                "a spec has either 'optimizer' or 'optimizers', got both", self._root.key("optimizers")
            )
            return
        nodes = {} if one is None else {"": one}
        if several is not None:
            if not isinstance(several.value, Mapping) or not several.value:
                self._fail("optimizers must be a mapping of labels to optimizers", several)
                return
            nodes = several.entries
        for label, node in nodes.items():
            made = self._optimizer(node)
            if made is not None:
                yield label, *made

    def _optimizer(self, node: Node) -> tuple[float | None, Optimizer] | None:
        """The base rate of its own and the optimizer, or None after complaints."""
        if isinstance(node.value, str):
            return self._called(node)
        if not isinstance(node.value, Mapping):
            self._fail(f"an optimizer is a mapping, a name or a call, got {node.kind}", node)
            return None
        entries = node.entries
        kind = entries.get("type")
        if kind is None:
            self._fail(f"an optimizer needs 'type': {', '.join(TYPES)}", node)
            return None
        model = TYPES.get(kind.text)
        if model is None:
            self._fail(self._unknown(kind.text), kind)
            return None
        lr = self._values.base_rate(entries)
        if "lr" in entries and "lr" in self._root.entries:
            self._fail("lr is given twice: here and for the whole spec; keep one", node.key("lr"))
        if lr is None and "lr" in entries:
            lr = 1.0  # a stand-in, so that one mistake is not told twice
        made = read_model(
            node,
            model,
            str(model.model_fields["type"].default),
            self._complain,
            value=_named_parameter(self._values),
            also=("lr",),
        )
        return None if made is None else (lr, made)

    def _unknown(self, name: str) -> str:
        return f"no optimizer '{name}'; {nearest(name, tuple(TYPES))}"

    def _called(self, node: Node) -> tuple[float | None, Optimizer] | None:
        """A framework's call; a base rate of the whole spec wins over the call's."""
        if "(" not in node.text or self._foreign is None:
            self._fail(self._unknown(node.text), node)
            return None
        try:
            lr, made = self._foreign.optimizer(node.text, self._lr)
        except NotationError as error:
            self._complain(Complaint(error.message, node, error.column, error.width))
            return None
        return (lr if self._lr is None else None), made

    def _gradients(self, entries: Mapping[str, Node]) -> Noise | str | np.ndarray[Any, Any] | None:
        """A list, a list of lists, seeded noise, a formula in t, or a file beside the spec."""
        node = entries.get("gradients")
        if node is None:
            key = "optimizers" if "optimizers" in entries else "optimizer"
            what = "a list, a file, a formula in t, or {seed: 0, scale: 1, mean: 0.5}"
            self._fail(f"an optimizer needs 'gradients': {what}", self._root.key(key))
            return None
        if isinstance(node.value, Mapping):
            return read_model(node, Noise, "gradients", self._complain)
        try:
            if isinstance(node.value, list):
                rows = [self._row(i, child) for i, child in enumerate(node.items)]
                return check_gradients(rows)
            return self._formula_or_file(node)
        except Unreadable:
            return None
        except OptimizerError as error:
            self._fail(error.problems[0].message, node)
        except LrplotError as error:
            self._fail(f"gradients: {error}", node)
        return None

    def _row(self, i: int, node: Node) -> Any:
        if isinstance(node.value, list):
            return self._values.numbers(f"gradients[{i}]", _NUMBERS, node)
        return float(self._values.number(f"gradients[{i}]", Kind("number"), node))

    def _formula_or_file(self, node: Node) -> str | np.ndarray[Any, Any]:
        try:
            Expression(node.text)
            return node.text
        except ExpressionError:
            here = Path() if node.source.name.startswith("--") else Path(node.source.name).parent
            return check_gradients(read_vectors(node.text, here))

    def _weights(self, entries: Mapping[str, Node]) -> float | tuple[float, ...]:
        node = entries.get("weights")
        if node is None:
            return 0.0
        try:
            if isinstance(node.value, list):
                return self._values.numbers("weights", _NUMBERS, node)
            return float(self._values.number("weights", Kind("number"), node))
        except Unreadable:
            return 0.0
