"""PyTorch's schedulers of one optimizer, as they change its rate: each acts on the rate that it finds.

A scheduler's ``get_lr`` multiplies the current rate, adds to it, or sets it, as its ``last_epoch`` says
(release 2.13). Alone that gives the curve of its documentation. Chained, nested, or stepped in turn with
another scheduler of the same optimizer it may not; then the updates themselves are drawn, one after another.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from lrplot.frameworks.pytorch.leaf import Group, Leaf, Turns
from lrplot.frameworks.pytorch.rules import RULES
from lrplot.python.combine import joined
from lrplot.python.parameters import Refusal
from lrplot.python.values import Made
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.recurrence import Recurrence


@dataclass(frozen=True, slots=True)
class Call:
    """The moments at which a scheduler's ``step()`` is called, counted in updates done.

    The call at ``first`` decides the rate of update ``first``: 1 is the usual place, behind the first
    update; 0 is before it. ``last`` is the last update whose rate a call may decide.
    """

    made: Made
    first: int = 1
    every: int = 1
    last: int | None = None


def together(built: Sequence[Made], calls: Sequence[Call], length: float | None = None) -> Schedule:
    """The rate of an optimizer whose schedulers are stepped together.

    Parameters
    ----------
    built
        All schedulers of the optimizer in the order in which they were made.
    calls
        Which of them are stepped and when; of two calls in one step the first given acts first.
    length
        How many updates are asked for, None where that is not known.

    Raises
    ------
    Refusal
        When PyTorch could not do it.
    """
    training = Training(length)
    for made in built:
        training.construct(made)
    return training.schedule(calls)


def made_in_order(schedulers: Sequence[Made]) -> list[Made]:
    """Schedulers and those inside them, in the order in which they were made."""
    found = list(schedulers)
    for made in found:
        found += made.arguments.get("schedulers", ())
    return sorted(dict.fromkeys(found), key=lambda made: made.order)


class Training:
    """An optimizer and its schedulers as PyTorch's constructors leave them."""

    def __init__(self, length: float | None = None) -> None:
        self.group = Group()
        self.length = length
        self._nodes: dict[int, _Node] = {}

    def construct(self, made: Made) -> None:
        """Make a scheduler, after those that were made before."""
        if id(made) not in self._nodes:
            self._nodes[id(made)] = self._node(made)

    def node(self, made: Made) -> "_Node":
        """A scheduler, made now where it was not yet."""
        self.construct(made)
        return self._nodes[id(made)]

    def _node(self, made: Made) -> "_Node":
        if made.framework != "pytorch":
            raise Refusal(f"{made.call} is no scheduler of PyTorch's", "schedulers")
        if made.call == "SequentialLR":
            inner = [self.node(each) for each in made.arguments["schedulers"]]
            return _Sequential(self, inner, made.arguments["milestones"])
        if made.call == "ChainedScheduler":
            return _Chained(self, [self.node(each) for each in made.arguments["schedulers"]])
        rule = RULES.get(made.call)
        if rule is None and not made.schedule.reacts:
            raise Refusal(
                f"{made.call} is a scheduler of this text's own; beside others it is not read here, and not "
                "inside another",
                "schedulers",
            )
        if rule is None:
            raise Refusal(f"{made.call} acts on a metric; it cannot be stepped with others", "schedulers")
        return Leaf(self.group, made, rule)

    def chained(self, schedulers: Sequence[Made]) -> Schedule:
        """The rates under a ChainedScheduler of these."""
        parts = _Chained(self, [self.node(made) for made in schedulers]).parts(Turns(1, 1, None))
        return Recurrence(lr=self.group.lr, parts=tuple(parts))

    def sequential(self, schedulers: Sequence[Made], milestones: Sequence[int]) -> Schedule:
        """The rates under a SequentialLR of these: of their own curves, where none is nested."""
        nodes = [self.node(made) for made in schedulers]
        sequence = _Sequential(self, nodes, milestones)
        leaves = [node for node in nodes if isinstance(node, Leaf)]
        if len(set(leaves)) < len(nodes):
            return Recurrence(lr=self.group.lr, parts=tuple(sequence.parts(Turns(1, 1, None))))
        parts: list[Schedule] = []
        lengths: list[int] = []
        spans = [b - a for a, b in zip([0, *milestones], milestones, strict=False)]
        for leaf, span in zip(leaves, [*spans, None], strict=True):
            if span != 0:
                last = float(parts[-1](lengths[-1] - 1)) if parts else None
                parts.append(leaf.after(last))
                lengths += [] if span is None else [span]
        return joined(parts, lengths)

    def schedule(self, calls: Sequence[Call]) -> Schedule:
        """The rates of the updates."""
        parts: list[Schedule] = []
        nodes = [self.node(call.made) for call in calls]
        _refuse_twice(nodes)
        for node, call in zip(nodes, calls, strict=True):
            first, last = call.first, call.last
            if first == 0:
                node.step()
                first = call.every
            if last is None or last >= first:
                count = None if last is None else (last - first) // call.every + 1
                parts += node.parts(Turns(first, call.every, count))
        if not parts:
            return Constant(lr=self.group.lr)
        return Recurrence(lr=self.group.lr, parts=tuple(parts))

    def beyond(self, step: int) -> bool:
        """True where the step lies in the training, as far as that is known."""
        return self.length is None or self.length > step


class _Node(Protocol):
    """A scheduler, or several in one."""

    def leaves(self) -> "Iterator[Leaf]":
        """The plain schedulers in it."""

    def undo(self) -> None:
        """Go one step back, as SequentialLR's constructor has it do."""

    def begin(self) -> None:
        """PyTorch's ``_initial_step``."""

    def step(self) -> None:
        """PyTorch's ``step()``, on the group's rate at once."""

    def parts(self, turns: Turns) -> list[Schedule]:
        """The changes by its ``step()`` at these turns, as parts of a recurrence."""

    def reset(self, step: int) -> list[Schedule]:
        """The change by its ``_update_lr(0)`` at a step."""


class _Chained:
    """A ChainedScheduler: all are stepped, in order."""

    def __init__(self, training: Training, inner: Sequence[_Node]) -> None:
        self._training, self._inner = training, inner
        _refuse_twice(inner)

    def leaves(self) -> Iterator[Leaf]:
        for node in self._inner:
            yield from node.leaves()

    def undo(self) -> None:
        for node in self._inner:
            node.undo()

    def begin(self) -> None:
        self.step()

    def step(self) -> None:
        for node in self._inner:
            node.step()

    def parts(self, turns: Turns) -> list[Schedule]:
        return [part for node in self._inner for part in node.parts(turns)]

    def reset(self, step: int) -> list[Schedule]:
        return _cannot_reset(self._training, "ChainedScheduler", step)


class _Sequential:
    """A SequentialLR: one after another, by its own count of steps."""

    def __init__(self, training: Training, inner: Sequence[_Node], milestones: Sequence[int]) -> None:
        self._training, self._inner, self._milestones = training, inner, list(milestones)
        self._last_epoch = 0
        group = training.group
        group.lr = group.values["initial_lr"]
        for node in inner:
            node.undo()
        inner[bisect_right(self._milestones, 0)].begin()

    def leaves(self) -> Iterator[Leaf]:
        yield from dict.fromkeys(leaf for node in self._inner for leaf in node.leaves())

    def undo(self) -> None:
        for node in self._inner:
            node.undo()

    def begin(self) -> None:
        self.step()

    def step(self) -> None:
        self._last_epoch += 1
        node, joins = self._now()
        if not joins:
            node.step()
            return
        for part in node.reset(1):
            times, plus = part.update(np.ones(1))
            self._training.group.lr = float(times[0] * self._training.group.lr + plus[0])

    def _now(self) -> tuple[_Node, bool]:
        """The one whose turn it is, and whether it is its first step."""
        index = bisect_right(self._milestones, self._last_epoch)
        return self._inner[index], index > 0 and self._milestones[index - 1] == self._last_epoch

    def parts(self, turns: Turns) -> list[Schedule]:
        found: list[Schedule] = []
        done = 0
        while turns.count is None or done < turns.count:
            self._last_epoch += 1
            node, joins = self._now()
            if joins:
                found += node.reset(turns.first + done * turns.every)
                done += 1
                continue
            index = bisect_right(self._milestones, self._last_epoch)
            if index == len(self._milestones):
                return found + node.parts(turns.part(done, None))
            stretch = self._milestones[index] - self._last_epoch
            found += node.parts(turns.part(done, stretch))
            self._last_epoch += stretch - 1
            done += stretch
        return found

    def reset(self, step: int) -> list[Schedule]:
        return _cannot_reset(self._training, "SequentialLR", step)


def _cannot_reset(training: Training, call: str, step: int) -> list[Schedule]:
    if not training.beyond(step):
        return []
    raise Refusal(
        f"PyTorch cannot begin a {call} at a milestone of a SequentialLR: it raises NotImplementedError at "
        f"step {step}; write it flat, or put it first",
        "schedulers",
    )


def _refuse_twice(nodes: Sequence[_Node]) -> None:
    leaves = [leaf for node in nodes for leaf in node.leaves()]
    again = next((leaf for i, leaf in enumerate(leaves) if leaf in leaves[:i]), None)
    if again is not None:
        raise Refusal(
            f"the same {again.made.call} is stepped twice in every step; make two of them", "schedulers"
        )
