"""States of optimizers and schedulers that a text loads: what rate one holds is not read."""

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from lrplot.python.training import Event, Training
from lrplot.python.values import NOTHING, Unknown

if TYPE_CHECKING:
    from lrplot.python.state import State

_TRAINED: Final = frozenset({"update", "epoch"})


class SavedStates:
    """The states that are put into the optimizers and schedulers of one text."""

    def __init__(self, evaluator: "State", training: Training) -> None:
        self._evaluator = evaluator
        self._training = training
        self._late: dict[int, tuple[str, ast.AST, Any]] = {}
        """Where a state was loaded behind the first update, by the optimizer's identity."""

    def loaded(self, name: str, node: ast.Call, given: Sequence[Any], optimizer: Any) -> Any:
        """A state that is loaded: before the training it resumes a run, inside it the rate may be any."""
        objects = self._evaluator.objects
        if objects.looping:
            raise objects.refusal(
                f"{name} puts another state in place while it trains; what rate that holds is not read", node
            )
        made = next((each.node for each in given if isinstance(each, Unknown)), None)
        if (
            isinstance(made, ast.Call)
            and isinstance(made.func, ast.Attribute)
            and made.func.attr == "state_dict"
        ):
            raise objects.refusal(
                "the state of an object of this text is put into another here, and what rate it holds is not "
                "read; give the rate where the optimizer is made",
                node,
            )
        if any(event.kind in _TRAINED for event in self._training.events()):
            # It may be one that this very training has saved: what is loaded last only ends it.
            self._late[id(optimizer)] = (name, node, optimizer)
            return NOTHING
        note = "a checkpoint is loaded; the whole run is drawn, as if from its beginning"
        self._evaluator.notes[note] = None
        return NOTHING

    def check(self, event: Event) -> None:
        """Refuse an update of an optimizer that goes on from a state loaded in the course of the training."""
        if not self._late or event.kind not in _TRAINED:
            return
        for name, node, optimizer in self._late.values():
            if event.optimizer in (optimizer, None):
                raise self._evaluator.objects.refusal(
                    f"{name} puts a state in place here after the text has trained, and what rate it holds "
                    "is not read; write the rate where the training goes on",
                    node,
                )
