"""Schedules and runs that are not of one length."""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final

from lrplot.checks.rules.base import SHARE, Finding, Rule, Severity, Subject, total_of
from lrplot.schedules.base import Nested, Schedule, whole
from lrplot.schedules.constant import Constant
from lrplot.schedules.multistep import MultiStep
from lrplot.schedules.onecycle import OneCycle
from lrplot.schedules.piecewise import Piecewise
from lrplot.schedules.step import Step
from lrplot.schedules.warmup import Warmup
from lrplot.schedules.wsd import WSD
from lrplot.text.numbers import short


class CutShort(Rule):
    """The run ends before its schedule does.

    The schedule was given more steps than the run makes: the optimizer's updates are fewer than the
    batches (gradient accumulation, several processes), or the total was copied from another run. The rate
    never comes down to where it was to end. Told when more than 1 % of the peak is missing.

    Way out: give the schedule the number of updates the run makes.

    Seen in: huggingface/accelerate#662, huggingface/transformers#26827, huggingface/diffusers#3954.
    """

    code = "LR007"
    name = "cut-short"
    example = '"get_cosine_schedule_with_warmup(optimizer, 500, 10000)" --lr 1e-4 --steps 2500'

    def check(self, subject: Subject) -> Iterator[Finding]:
        for place in subject.last:
            total = total_of(place.schedule)
            if total is None or place.own.stop >= total[1] - 1 or subject.behind(place):
                continue
            name, length = total[0], total[1]
            last = float(place.schedule(place.own[-1]))
            # Some arrive at their length, one-cycle a step before it.
            end = float(place.schedule([whole(length) - 1, whole(length)]).min())
            if subject.matters(last - end):
                whole_run = place.step(whole(length))
                yield self.found(
                    f"the run ends at {subject.until / whole_run:.0%} of its schedule, at {short(last)} "
                    f"instead of {short(end)}",
                    subject.until - 1,
                    subject.length(place, name, length)[0],
                    run=subject.until,
                    schedule=whole_run,
                    final=last,
                    meant=end,
                )


class WholeRunBehindWarmup(Rule):
    """A schedule that begins after a warm-up is as long as the whole run.

    ``CosineAnnealingLR(T_max=epochs)`` behind a warm-up of five epochs has five epochs too many: the run
    is over before the rate is down. How much is left of it is in the evidence; after a short warm-up it is
    little, and it is never what was meant.

    Way out: the length of the run less that of the warm-up (``T_max=epochs - warmup_epochs``); in a spec
    leave it out.
    """

    code = "LR016"
    name = "whole-run-behind-warmup"
    example = (
        '"SequentialLR(optimizer, [LinearLR(optimizer, 0.1, total_iters=5), '
        'CosineAnnealingLR(optimizer, T_max=100)], milestones=[5])" --lr 0.1 --steps 100'
    )

    def check(self, subject: Subject) -> Iterator[Finding]:
        for place in subject.last:
            total = total_of(place.schedule)
            if total is None or not subject.behind(place):
                continue
            name, length = total
            late = place.step(0)
            last, end = (float(place.schedule(step)) for step in (place.own[-1], whole(length)))
            yield self.found(
                f"what begins at step {late} of {subject.run.written.call or 'the schedule'} is as long as "
                f"the whole run: it ends at {short(last)} instead of {short(end)}",
                subject.until - 1,
                subject.parameter(name, length),
                begins=late,
                length=length,
                run=place.own.stop + late // place.each,
                final=last,
                meant=end,
            )


class RunsOn(Rule):
    """The run goes on after its schedule has come down to nothing.

    The rest of the run trains at 0, or at less than 1 % of the peak, and learns next to nothing. A floor
    that is higher than that is taken to be meant (GPT-3 went on at a tenth of its peak), and so is a rest
    of less than 1 % of the run.

    Way out: give the schedule the number of updates the run makes, or raise its minimum.

    Seen in: huggingface/accelerate#2318, huggingface/diffusers#6137 (stepped once a process).
    """

    code = "LR008"
    name = "runs-on"
    example = "linear --set T_max=250 --steps 1000"

    def check(self, subject: Subject) -> Iterator[Finding]:
        for place in subject.last:
            end = self._end(place)
            if end is None or not place.own:
                continue
            name, over = end
            rest, held = place.own.stop - over, float(place.schedule(place.own[-1]))
            still = rest > 1 and (place.schedule([over, over + 1]) == held).all()
            if still and held <= SHARE * subject.peak and rest > SHARE * len(place.own) and subject.peak:
                yield self.found(
                    f"the schedule is over, and the run goes on at {short(held)} "
                    f"for {rest / len(place.own):.0%} of its length",
                    place.step(over),
                    subject.length(place, name, over)[0] if name else "",
                    run=subject.until,
                    rate=held,
                    rest=subject.until - place.step(over),
                )

    @staticmethod
    def _end(place: Nested) -> tuple[str, int] | None:
        """From which of its own steps a schedule holds its last rate."""
        total = total_of(place.schedule)
        if total is not None:
            return total[0], whole(total[1])
        if isinstance(place.schedule, Constant) and place.schedule.lr == 0 and place.name:
            return "", place.own.start
        return None


class UnreachablePhase(Rule):
    """A phase has no step in this run.

    A warm-up that is as long as the run, a part of a sequence that would begin after the end, a one-cycle
    without a step to rise in, a stable phase of no length: what was written is not what is trained.

    Way out: shorten what comes before it, lengthen the run, or leave the phase out.

    Seen in: ace-step/ACE-Step#198 (a warm-up of 4000), pytorch/pytorch#180187 (a phase of no length).
    """

    code = "LR010"
    name = "unreachable-phase"
    example = '"get_constant_schedule_with_warmup(optimizer, 4000)" --lr 1e-4 --steps 2000'

    def check(self, subject: Subject) -> Iterator[Finding]:
        for place in subject.places:
            never = [
                inner for inner in subject.inside(place) if not inner.own and inner.start >= subject.until
            ]
            # Of several parts the first says it of all that come after it.
            yield from (self._never_begins(subject, place, inner) for inner in never[:1])
            empty = _PHASES.get(type(place.schedule), _no_phases)(place.schedule)
            for phase, parameter in empty:
                yield self.found(
                    f"the {phase} phase of {subject.called(place)} has no step",
                    place.step(0),
                    subject.parameter(parameter, float(getattr(place.schedule, parameter))),
                )

    def _never_begins(self, subject: Subject, place: Nested, inner: Nested) -> Finding:
        run = subject.until
        rest = f"what follows in {subject.called(place)}" if subject.run.written.call else inner.schedule.type
        if isinstance(place.schedule, Warmup):
            parameter = subject.parameter("steps", place.schedule.steps)
            sentence = f"the warm-up is as long as the run: {rest} never begins; the run has {run} steps"
        else:
            parameter = "" if subject.run.written.call else inner.name.partition("[")[0]
            begins = f"it comes at step {inner.start}, the run has {run} steps"
            sentence = f"{subject.called(inner)} never begins: {begins}"
        return self.found(sentence, None, parameter, begins=inner.start, run=run)


Empty = Iterator[tuple[str, str]]


def _no_phases(_schedule: Schedule) -> Empty:
    yield from ()


def _onecycle_phases(cycle: Any) -> Empty:
    if whole(cycle.ends()[0]) <= 0:
        yield "rising", "pct_start"


def _wsd_phases(wsd: Any) -> Empty:
    if whole(wsd.total_steps - wsd.decay_steps) <= 0:
        yield "stable", "decay_steps"


_PHASES: Final[Mapping[type[Schedule], Callable[[Any], Empty]]] = MappingProxyType(
    {OneCycle: _onecycle_phases, WSD: _wsd_phases}
)


class MilestonesPastEnd(Rule):
    """A milestone lies past the end of the run.

    The drop that was planned there never comes: the run was shortened and its milestones were not, or
    they count steps where the scheduler counts epochs.

    Way out: move the milestones into the run; written as shares (``30%``) they move with it.

    Seen in: bshall/Tacotron#3 (milestones from 20000 on, taken for epochs).
    """

    code = "LR011"
    name = "milestones-past-end"
    example = '"MultiStepLR(optimizer, milestones=[30, 60, 90])" --lr 0.1 --epochs 80'

    def check(self, subject: Subject) -> Iterator[Finding]:
        for place in subject.last:
            marks = _MILESTONES.get(type(place.schedule))
            if marks is None:
                continue
            name, noun, all_of = marks(place.schedule)
            # A ramp arrives one step after the last of its length.
            end = place.own.stop + (noun == _RAMP)
            past = sorted(mark for mark in all_of if mark >= end)
            if past:
                told = ", ".join(f"{mark:g}" for mark in past[:_TOLD]) + (", ..." if past[_TOLD:] else "")
                several = "s" * (len(past) > 1)
                yield self.found(
                    f"the {noun}{several} at {told} never come{'' if several else 's'}",
                    None,
                    subject.parameter(name, all_of[0]) if len(all_of) == 1 else name,
                    past=len(past),
                    of=len(all_of),
                    run=place.own.stop,
                )


def _points(piecewise: Any) -> "_Marks":
    points = sorted(piecewise.points)
    if piecewise.between == "hold":
        # A constant that is to last for ever ends far away, upward: PyTorch's ConstantLR.
        drops = [after[0] for before, after in pairwise(points) if after[1] < before[1]]
        return "points", "drop", drops
    return "points", _RAMP, [step for step, _ in points]


_TOLD: Final = 3
"""Marks behind the end that are listed, so that a finding of each stays one line."""
_RAMP: Final = "ramp's end"
_Marks = tuple[str, str, list[float]]
# The parameter, what one of it is called, and where they stand.
_MILESTONES: Final[Mapping[type[Schedule], Callable[[Any], _Marks]]] = MappingProxyType(
    {
        MultiStep: lambda multistep: ("milestones", "milestone", list(multistep.milestones)),
        Piecewise: _points,
        Step: lambda step: ("step_size", "first drop", [step.step_size]),
    }
)


class OneCycleTooLong(Rule):
    """The run is longer than its one-cycle.

    PyTorch's OneCycleLR answers one step too many: there the rate bounces up again. The step after that
    it raises, at the very end of the training. ``epochs · steps_per_epoch`` miscounted by the last,
    smaller batch is enough.

    Way out: ``total_steps`` is the number of updates of the whole run.

    Seen in: pytorch/pytorch#91765, pytorch/pytorch#38170, pytorch/pytorch#32898, flairNLP/flair#2954.
    """

    code = "LR014"
    name = "onecycle-too-long"
    severity = Severity.ERROR
    example = '"OneCycleLR(optimizer, max_lr=0.1, total_steps=100)" --steps 101'

    def check(self, subject: Subject) -> Iterator[Finding]:
        for place in subject.everything:
            cycle = place.schedule
            if not isinstance(cycle, OneCycle) or cycle.after != "overshoot":
                continue
            total = cycle.total_steps
            if total not in place.own:
                continue
            bounced, over = float(cycle(total)), place.own.stop - total
            then = (
                f"PyTorch raises at step {place.step(total + 1)}"
                if over > 1
                else f"the last step bounces to {short(bounced)}"
            )
            yield self.found(
                f"the run is {over} step{'s' * (over > 1)} longer than its one-cycle: {then}",
                place.step(total),
                "total_steps",
                total_steps=total,
                run=place.own.stop,
                rate=bounced,
                minimum=float(cycle(total - 1)),
            )
