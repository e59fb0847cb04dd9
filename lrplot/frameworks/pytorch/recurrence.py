"""What PyTorch's schedulers really do to an optimizer's rate: each acts on the rate that it finds.

A scheduler's ``get_lr`` multiplies the current rate, adds to it, or sets it, as its ``last_epoch`` says
(release 2.13). Alone that gives the curve of its documentation. Chained, nested, or stepped in turn with
another scheduler of the same optimizer it may not; then the updates themselves are drawn, one after another.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from lrplot.python import symbolic
from lrplot.python.combine import joined
from lrplot.python.values import Base, Made, Refusal
from lrplot.schedules.base import Schedule
from lrplot.schedules.constant import Constant
from lrplot.schedules.cosine_restarts import CosineRestarts
from lrplot.schedules.multiplicative import Multiplicative
from lrplot.schedules.recurrence import Recurrence
from lrplot.schedules.stepped import Stepped

if TYPE_CHECKING:
    from lrplot.schedules.onecycle import OneCycle


@dataclass(slots=True, eq=False)
class Group:
    """An optimizer's parameter group: its rate, and what schedulers wrote beside it."""

    lr: float = math.nan
    values: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """When a scheduler's ``step()`` is called, counted in updates done.

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
    """These schedulers and those inside them, in the order in which they were made."""
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
        if rule is None:
            raise Refusal(f"{made.call} acts on a metric; it cannot be stepped with others", "schedulers")
        return Leaf(self, made, rule)

    def chained(self, schedulers: Sequence[Made]) -> Schedule:
        """The rates under a ChainedScheduler of these."""
        parts = _Chained(self, [self.node(made) for made in schedulers]).parts(_Turns(1, 1, None))
        return Recurrence(lr=self.group.lr, parts=tuple(parts))

    def sequential(self, schedulers: Sequence[Made], milestones: Sequence[int]) -> Schedule:
        """The rates under a SequentialLR of these: of their own curves, where none is nested."""
        nodes = [self.node(made) for made in schedulers]
        sequence = _Sequential(self, nodes, milestones)
        leaves = [node for node in nodes if isinstance(node, Leaf)]
        if len(set(leaves)) < len(nodes):
            return Recurrence(lr=self.group.lr, parts=tuple(sequence.parts(_Turns(1, 1, None))))
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
                parts += node.parts(_Turns(first, call.every, count))
        if not parts:
            return Constant(lr=self.group.lr)
        return Recurrence(lr=self.group.lr, parts=tuple(parts))

    def beyond(self, step: int) -> bool:
        """Whether the step lies in the training, as far as that is known."""
        return self.length is None or self.length > step


@dataclass(frozen=True, slots=True)
class _Turns:
    """Calls at the steps first, first + every, …; so many of them, or without end."""

    first: int
    every: int
    count: int | None

    def part(self, begin: int, count: int | None) -> "_Turns":
        """So many of these calls, those before ``begin`` (from 0) left out."""
        left = None if self.count is None else max(0, self.count - begin)
        kept = left if count is None else count if left is None else min(count, left)
        return _Turns(self.first + begin * self.every, self.every, kept)


class _Node(Protocol):
    """A scheduler, or several in one."""

    def leaves(self) -> "Iterator[Leaf]":
        """The plain schedulers in it."""

    def undo(self) -> None:
        """What SequentialLR's constructor does to it: one step back."""

    def begin(self) -> None:
        """Its ``_initial_step``."""

    def step(self) -> None:
        """Its ``step()``, on the group's rate at once."""

    def parts(self, turns: _Turns) -> list[Schedule]:
        """What its ``step()`` at these turns does, as parts of a recurrence."""

    def reset(self, step: int) -> list[Schedule]:
        """What its ``_update_lr(0)`` does at a step."""


class Leaf:
    """A plain scheduler: its base rate, and how far its clocks have gone."""

    def __init__(self, training: Training, made: Made, rule: "Rule") -> None:
        self.training, self.rule, self.made = training, rule, made
        self.arguments = {**made.arguments, "schedule": made.schedule}
        group = training.group
        optimizer = self.arguments["optimizer"]
        if math.isnan(group.lr) and isinstance(optimizer, Base):
            group.lr = optimizer.lr
        rule.enter(self.arguments, group)
        group.values.setdefault("initial_lr", group.lr)
        self.base = group.values["initial_lr"]
        self.last_epoch, self.count, self.cycle = -1, 0, -1
        if rule.begins_at_initial_rate:
            group.lr = self.base
            self._tick()
        else:
            self.begin()

    def leaves(self) -> "Iterator[Leaf]":
        """Itself."""
        yield self

    def update(self) -> Schedule:
        """What a step makes of the rate, on its own clock."""
        return self.rule.update(self.arguments, self.base, self.training.group)

    def at(self, own: int) -> tuple[float, float]:
        """The factor and the addend of a step, on its own clock."""
        with np.errstate(all="ignore"):
            times, plus = self.update().update(np.array([float(own)]))
        return float(times[0]), float(plus[0])

    def undo(self) -> None:
        """What SequentialLR's constructor does to it: one step back."""
        self.last_epoch -= 1

    def begin(self) -> None:
        """Its ``_initial_step``."""
        self.count = 0
        own = self._tick()
        if not self.rule.begins_quietly:
            self._apply(own)

    def step(self) -> None:
        """Its ``step()``, on the group's rate at once."""
        self._apply(self._tick())

    def _apply(self, own: int) -> None:
        times, plus = self.at(own)
        group = self.training.group
        group.lr = times * group.lr + plus if times else plus

    def _tick(self, calls: int = 1) -> int:
        """Go on by so many calls of ``step()``; what its own clock shows at the first."""
        if self.rule.clock == "cycle" and self.last_epoch < 0:
            self.last_epoch = self.cycle = -1
        shown = {"epoch": self.last_epoch, "cycle": self.cycle, "count": self.count - 1}[self.rule.clock] + 1
        self.last_epoch += calls
        self.count += calls
        self.cycle += calls
        return shown

    def parts(self, turns: _Turns) -> list[Schedule]:
        """What its ``step()`` at these turns does, as parts of a recurrence."""
        if turns.count == 0:
            return []
        own = self._tick(turns.count or 0)
        if own < 0:
            raise Refusal(f"{self.made.call}: schedulers nested so deeply are not read", "schedulers")
        update = self.update()
        if turns == _Turns(1, 1, None) and own == 1:
            return [update]
        last = None if turns.count is None else turns.first + (turns.count - 1) * turns.every
        return [Stepped(schedule=update, first=turns.first, every=turns.every, last=last, start=own)]

    def after(self, last: float | None) -> Schedule:
        """Its curve from a join of a SequentialLR on, where its clock shows 0.

        ``last`` is the rate of the step before; None where it is the first, which begins at the group's.
        """
        closed = None if last is None else self.rule.closed(self.arguments, self.base)
        start = self.training.group.lr if last is None else last if closed is None else closed
        return self.rule.curve(self, start, last is not None)

    def reset(self, step: int) -> list[Schedule]:
        """What its ``_update_lr(0)`` does at a step."""
        self.last_epoch = 0
        rate = self.rule.closed(self.arguments, self.base)
        if rate is not None:
            return [Stepped(schedule=Constant(lr=rate), first=step, last=step)]
        own = {"epoch": 0, "cycle": self.cycle, "count": self.count - 1}[self.rule.clock]
        return [Stepped(schedule=self.update(), first=step, last=step, start=own)]


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

    def parts(self, turns: _Turns) -> list[Schedule]:
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
        """Which one's turn it is, and whether it is its first step."""
        index = bisect_right(self._milestones, self._last_epoch)
        return self._inner[index], index > 0 and self._milestones[index - 1] == self._last_epoch

    def parts(self, turns: _Turns) -> list[Schedule]:
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


def _scaled(leaf: Leaf, start: float, _joined: bool) -> Schedule:
    """The curve of a scheduler that only multiplies, from another rate than its own first."""
    own = leaf.made.schedule
    first = float(own(0))
    if math.isclose(first, start, rel_tol=1e-14):
        return own
    return symbolic.multiplied(own, start / first) if first else Constant(lr=start)


def _set(leaf: Leaf, _start: float, _joined: bool) -> Schedule:
    return leaf.update()


@dataclass(frozen=True, slots=True)
class Rule:
    """What a class of schedulers does.

    ``update`` is its ``get_lr`` on its own clock: its ``last_epoch``; its count of steps (SWALR); its place
    in the cycles (CosineAnnealingWarmRestarts). ``closed`` is the closed form at 0, None where it has none,
    ``enter`` what its constructor does before that of the base class. ``curve`` is what it draws alone from
    a given rate on, where its clock shows 0.
    """

    update: Callable[[Mapping[str, Any], float, Group], Schedule]
    closed: Callable[[Mapping[str, Any], float], float | None] = lambda _arguments, _base: None
    enter: Callable[[Mapping[str, Any], Group], None] = lambda _arguments, _group: None
    curve: Callable[[Leaf, float, bool], Schedule] = _scaled
    clock: str = "epoch"
    begins_quietly: bool = False
    begins_at_initial_rate: bool = False


def _acts(factor: str, plus: str = "0") -> Schedule:
    """A part that acts on the current rate; only its expressions count."""
    return Multiplicative(lr=0, factor=factor, plus=plus)


def _base_rate(_arguments: Mapping[str, Any], base: float) -> float:
    return base


def _lambda(a: Mapping[str, Any], base: float, _group: Group) -> Schedule:
    return symbolic.schedule_of(_formula(a["lr_lambda"]), base)


def _multiplicative(a: Mapping[str, Any], _base: float, _group: Group) -> Schedule:
    return symbolic.recursion_of(_formula(a["lr_lambda"]), 0, from_zero=False)


def _formula(functions: Any) -> Any:
    (function,) = functions if isinstance(functions, list) else (functions,)
    return function.value


def _multiplicative_curve(leaf: Leaf, start: float, joined: bool) -> Schedule:
    # Behind a join its function is asked at 0 too.
    text = symbolic.symbol(_formula(leaf.arguments["lr_lambda"])).text
    return Multiplicative(lr=start, factor=text, from_zero=joined)


def _step(a: Mapping[str, Any], _base: float, _group: Group) -> Schedule:
    return _acts(f"{a['gamma']!r} if t % {a['step_size']!r} == 0 and t != 0 else 1")


def _multistep(a: Mapping[str, Any], _base: float, _group: Group) -> Schedule:
    fires = " + ".join(f"(t == {at!r})" for at in a["milestones"]) or "0"
    return _acts(f"{a['gamma']!r} ** ({fires})")


def _multistep_closed(a: Mapping[str, Any], base: float) -> float:
    return float(base * a["gamma"] ** sum(at <= 0 for at in a["milestones"]))


def _constant(a: Mapping[str, Any], _base: float, _group: Group) -> Schedule:
    factor, total = a["factor"], a["total_iters"]
    ends = f"{1 / factor!r} if t == {total!r} else 1" if factor else "1"
    return _acts(f"{factor!r} if t == 0 else {ends}")


def _constant_closed(a: Mapping[str, Any], base: float) -> float:
    return float(base * (1 if a["total_iters"] <= 0 else a["factor"]))


def _linear(a: Mapping[str, Any], _base: float, _group: Group) -> Schedule:
    start, total = a["start_factor"], a["total_iters"]
    rise = a["end_factor"] - start
    moves = f"1 + {rise!r} / ({total * start!r} + (t - 1) * {rise!r})"
    return _acts(f"{start!r} if t == 0 else 1 if t > {total!r} else {moves}")


def _linear_closed(a: Mapping[str, Any], base: float) -> float:
    _refuse_division("LinearLR", a)
    return float(base * (a["start_factor"] if a["total_iters"] > 0 else a["end_factor"]))


def _exponential(a: Mapping[str, Any], _base: float, _group: Group) -> Schedule:
    return _acts(repr(a["gamma"]))


def _polynomial(a: Mapping[str, Any], _base: float, _group: Group) -> Schedule:
    total, power = a["total_iters"], a["power"]
    return _acts(
        f"1 if t > {total!r} else ((1 - t / {total!r}) / (1 - (t - 1) / {total!r})) ** {power!r}"
        if total > 0
        else "1"
    )


def _polynomial_closed(a: Mapping[str, Any], base: float) -> float:
    _refuse_division("PolynomialLR", a)
    return base if a["total_iters"] > 0 or a["power"] == 0 else 0.0


def _refuse_division(call: str, a: Mapping[str, Any]) -> None:
    if a["total_iters"] == 0:
        raise Refusal(
            f"PyTorch divides by zero where a {call} with total_iters=0 follows another", "schedulers"
        )


def _cosine(a: Mapping[str, Any], base: float, _group: Group) -> Schedule:
    length, low = a["T_max"], a["eta_min"]
    turns = f"(t - 1 - {length!r}) % {2 * length!r} == 0"
    ratio = f"(1 + cos(pi * t / {length!r})) / (1 + cos(pi * (t - 1) / {length!r}))"
    rise = (base - low) * (1 - math.cos(math.pi / length)) / 2
    plus = f"{rise!r} if {turns} else {low!r} * (1 - {ratio})" if low else f"{rise!r} if {turns} else 0"
    return _acts(f"1 if {turns} else {ratio}", plus)


def _cosine_curve(leaf: Leaf, start: float, _joined: bool) -> Schedule:
    if start == leaf.base:
        return leaf.made.schedule.model_copy(update={"lr": start})
    acts = leaf.update()
    return acts.model_copy(update={"lr": start})


def _restarts(a: Mapping[str, Any], base: float, _group: Group) -> Schedule:
    return CosineRestarts(lr=base, T_0=a["T_0"], T_mult=a["T_mult"], eta_min=a["eta_min"])


def _made_schedule(a: Mapping[str, Any], _base: float, _group: Group) -> Schedule:
    made: Schedule = a["schedule"]
    return made


def _enter_cyclic(a: Mapping[str, Any], group: Group) -> None:
    group.lr = a["schedule"].base_lr


def _enter_onecycle(a: Mapping[str, Any], group: Group) -> None:
    initial, top, *_, low = a["schedule"].rates_at_ends()
    group.values |= {"initial_lr": initial, "max_lr": top, "min_lr": low}


def _onecycle(a: Mapping[str, Any], _base: float, group: Group) -> Schedule:
    cycle: OneCycle = a["schedule"]
    initial, top, *_, low = cycle.rates_at_ends()
    rates = {"initial_lr": initial, "max_lr": top, "min_lr": low}
    written = {name: group.values[name] for name in rates}
    if written == rates:
        return cycle
    # Another OneCycleLR of the same optimizer wrote its own rates over these.
    if not all(written.values()):
        raise Refusal("two OneCycleLR on one optimizer, one of them with a rate of 0, are not read", "max_lr")
    top = written["max_lr"]
    first, last = top / written["initial_lr"], written["initial_lr"] / written["min_lr"]
    return cycle.model_copy(update={"max_lr": top, "div_factor": first, "final_div_factor": last})


def _enter_swa(a: Mapping[str, Any], group: Group) -> None:
    group.values["swa_lr"] = a["swa_lr"]


def _swa(a: Mapping[str, Any], _base: float, group: Group) -> Schedule:
    rate, length = group.values["swa_lr"], max(1, a["anneal_epochs"])
    late = 0 if a["anneal_epochs"] else 1

    def share(step: str) -> str:
        gone = f"max(0, min(1, {step} / {length!r}))"
        return gone if a["anneal_strategy"] == "linear" else f"((1 - cos(pi * {gone})) / 2)"

    before, now = share(f"(max({late}, t) - 1)"), share(f"max({late}, t)")
    left = f"(1 - {now}) / (1 - {before})"
    over = f"{before} == 1"
    return _acts(
        f"0 if {over} else {left}", f"{rate!r} if {over} else {rate!r} * ({now} - {before} * {left})"
    )


def _swa_curve(leaf: Leaf, start: float, _joined: bool) -> Schedule:
    own = leaf.made.schedule
    return own if isinstance(own, Constant) else own.model_copy(update={"lr": start})


SETTING: Final = frozenset({"LambdaLR", "CosineAnnealingWarmRestarts", "CyclicLR", "OneCycleLR"})
"""Classes that set the rate outright, whatever they find."""

RULES: Final[Mapping[str, Rule]] = {
    "LambdaLR": Rule(_lambda, curve=_set),
    "MultiplicativeLR": Rule(_multiplicative, curve=_multiplicative_curve, begins_quietly=True),
    "StepLR": Rule(_step, _base_rate),
    "MultiStepLR": Rule(_multistep, _multistep_closed),
    "ConstantLR": Rule(_constant, _constant_closed),
    "LinearLR": Rule(_linear, _linear_closed),
    "ExponentialLR": Rule(_exponential, _base_rate, begins_quietly=True),
    "PolynomialLR": Rule(_polynomial, _polynomial_closed, begins_quietly=True),
    "CosineAnnealingLR": Rule(_cosine, _base_rate, curve=_cosine_curve, begins_quietly=True),
    "CosineAnnealingWarmRestarts": Rule(_restarts, curve=_set, clock="cycle"),
    "CyclicLR": Rule(_made_schedule, curve=_set, enter=_enter_cyclic, begins_at_initial_rate=True),
    "OneCycleLR": Rule(_onecycle, curve=_set, enter=_enter_onecycle),
    "SWALR": Rule(_swa, enter=_enter_swa, curve=_swa_curve, clock="count"),
}
"""By the class' name."""

COUNTING_BY_LAST_EPOCH: Final = frozenset({"LambdaLR", "OneCycleLR"})
"""Classes that set the rate by ``last_epoch`` alone: writing it moves their clock and nothing else."""
