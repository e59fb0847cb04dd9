"""What a base rate from outside does not change: schedules that give their own."""

from collections.abc import Iterator, Sequence

from lrplot.errors import UnusedSettingError
from lrplot.schedules.base import Schedule, values
from lrplot.schedules.fields import kind_of, parameters


def unchanged_by(
    lr: float, names: Sequence[str], pairs: Sequence[tuple[Schedule, Schedule]], *, strict: bool = True
) -> list[str]:
    """What a base rate does not change, in sentences; nothing where what is there is that rate.

    Parameters
    ----------
    lr
        The base rate that was given.
    names
        What the schedules are called.
    pairs
        Each schedule with that base rate and with another one.
    strict
        Whether a base rate that changes nothing at all is a mistake, as on a command line.

    Raises
    ------
    UnusedSettingError
        When it is one.

    Examples
    --------
    >>> from lrplot.schedules.linear import Linear
    >>> from lrplot.schedules.sequence import Sequence
    >>> own = Linear(lr=0.5, T_max=50)
    >>> (mine, other) = (Sequence(parts=(Linear(lr=lr, T_max=50), own), lengths=(50,)) for lr in (0.1, 0.2))
    >>> unchanged_by(0.1, ["mine"], [(mine, other)])
    ['the base rate 0.1 does not change all of mine: a part gives its own rate, 0.5']
    """
    same = [(name, one) for name, (one, other) in zip(names, pairs, strict=True) if one == other]
    told = [_sentence(lr, name, list(_own_rates(schedule, schedule)), hint=strict) for name, schedule in same]
    if len(same) == len(pairs):
        sentences = [sentence for sentence in told if sentence]
        if len(sentences) > 1:
            sentences = [f"its {len(pairs)} schedules give their own rates"]
        if sentences and strict:
            raise UnusedSettingError("lr", f"--lr changes nothing: {sentences[0]}")
        return [f"the base rate {lr:g} changes nothing: {sentence}" for sentence in sentences]
    found = [
        f"the base rate {lr:g} does not change {name}: {sentence}"
        for (name, _), sentence in zip(same, told, strict=True)
        if sentence
    ]
    for name, (one, other) in zip(names, pairs, strict=True):
        own = [] if one == other else list(_own_rates(one, other))
        sentence = _sentence(lr, "a part", own, hint=False) if own else ""
        if sentence:
            found.append(f"the base rate {lr:g} does not change all of {name}: {sentence}")
    return found


def _sentence(lr: float, name: str, own: Sequence[tuple[str, float | None]], *, hint: bool) -> str:
    """``OneCycleLR gives its own rate, 0.5 (--set max_lr=0.1)``; empty where each is the very rate."""
    others = [(path, rate) for path, rate in own if rate != lr]
    if own and not others:
        return ""
    shown = [f"{rate:g}" for rate in dict.fromkeys(rate for _, rate in others) if rate is not None]
    rates = f", {', '.join(shown)}" if shown else ""
    path = others[0][0] if len(own) == 1 and others else ""
    way_out = f" (--set {path}={lr:g})" if hint and path and "." not in path else ""
    return f"{name} gives its own rate{'s' * (len(shown) != 1)}{rates}{way_out}"


def _own_rates(schedule: Schedule, other: Schedule, path: str = "") -> Iterator[tuple[str, float | None]]:
    """The rates that two schedules of one shape and different base rates share.

    Each with the path that sets it, empty where no single parameter does; a rate of 0 is nobody's base rate.
    """
    inside, others = schedule.inside(), other.inside()
    if inside and len(inside) == len(others):
        for inner, twin in zip(inside, others, strict=True):
            name = inner.name.replace("[", ".").replace("]", "")
            yield from _own_rates(inner.schedule, twin.schedule, f"{path}{name}.")
    elif schedule == other:
        kinds = ((name, kind_of(info)) for name, info in parameters(type(schedule)).items())
        own = next((name for name, kind in kinds if kind is not None and kind.inherits == "lr"), None)
        if own is None:
            yield "", None
        elif rate := float(values(schedule)[own]):
            yield f"{path}{own}", rate
