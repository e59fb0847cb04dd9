"""A run as the keys that a trainer is started with: TOML, YAML or flags, measured by reading them back.

A template is the trainer's name as a call (see :mod:`lrplot.python.spelling`); its arguments are the keys,
two underscores standing for a section.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lrplot.curve import Difference, difference
from lrplot.errors import LrplotError
from lrplot.exports.code import Exported
from lrplot.exports.intent import base_rate
from lrplot.exports.templates import Speller
from lrplot.python.framework import Framework
from lrplot.python.spelling import Candidate, Spellings, Template, number
from lrplot.run import Run
from lrplot.schedules.base import Schedule

Reader = Callable[[str], tuple[Schedule, int]]
"""The schedule and the updates that a trainer makes of a text."""


Calls = Mapping[str, Candidate | tuple[Candidate, ...]]
"""Templates by the type of the schedule."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """The spelling of a trainer's configuration.

    Parameters
    ----------
    title
        What people call the trainer.
    calls
        Its templates by the type of the schedule, the first that gives the curve being taken.
    written
        The text of keys and values.
    """

    title: str
    calls: Calls
    written: Callable[[Mapping[str, Any]], str]


def export_configuration(run: Run, target: str, read: Reader) -> Exported:
    """The configuration of a trainer whose curve is that of a run, or the nearest it can say.

    Parameters
    ----------
    run
        The run.
    target
        A name of :data:`CONFIGURATIONS`.
    read
        Reads the text again, as the trainer would.

    Raises
    ------
    LrplotError
        When the trainer has nothing like the schedule.
    """
    own = CONFIGURATIONS[target]
    best: tuple[str, Difference] | None = None
    for text in _texts(run, own):
        found = _measured(run, text, read)
        if found is not None and (best is None or found.greatest < best[1].greatest):
            best = text, found
        if best is not None and best[1].first is None:
            break
    if best is None:
        raise LrplotError(
            f"{run.label}: {own.title}'s configuration has nothing for {run.schedule.type} "
            "(--to pytorch writes code)"
        )
    text, found = best
    notes: tuple[str, ...] = ()
    if found.first is not None:
        notes = (
            f"not the same curve: it differs from step {found.first} on, most by {found.greatest:.3g} "
            f"at step {found.at}",
        )
    own_rates = [group.label for group in run.groups if group.schedule != run.schedule]
    if own_rates:
        told = f"the rates of {', '.join(own_rates)} are not in it (--to yaml writes them)"
        notes = (*notes, f"{own.title}'s configuration has one rate here: {told}")
    return Exported(text, notes, found.first is None and not own_rates)


def _texts(run: Run, own: Configuration) -> Iterator[str]:
    framework = Framework(name=own.title, title=own.title)
    spellings = Spellings(calls=own.calls, counts="steps")
    speller = Speller(framework, spellings, base_rate(run.schedule), run.steps)
    for call in speller.calls(run.schedule):
        node = ast.parse(call, mode="eval").body
        if isinstance(node, ast.Call):
            yield own.written({str(each.arg): ast.literal_eval(each.value) for each in node.keywords})


def _measured(run: Run, text: str, read: Reader) -> Difference | None:
    try:
        schedule, updates = read(text)
        return None if updates != run.steps else difference(run.schedule, schedule, run.steps)
    except LrplotError:
        return None


def _yaml(keys: Mapping[str, Any]) -> str:
    """Keys as YAML.

    >>> print(_yaml({"learning_rate": 5e-05, "lr_scheduler_kwargs": {"num_cycles": 2}}), end="")
    learning_rate: 5.0e-5
    lr_scheduler_kwargs:
      num_cycles: 2
    """
    lines: list[str] = []
    for key, value in keys.items():
        if isinstance(value, Mapping):
            lines += [f"{key}:", *(f"  {name}: {_plain(each)}" for name, each in value.items())]
        else:
            lines.append(f"{key}: {_plain(value)}")
    return "\n".join(lines) + "\n"


def _toml(keys: Mapping[str, Any]) -> str:
    sections: dict[str, list[str]] = {}
    for key, value in keys.items():
        section, _, name = key.partition("__")
        written = f'"{value}"' if isinstance(value, str) else _plain(value)
        sections.setdefault(section, []).append(f"{name} = {written}")
    return "\n".join(f"[{section}]\n" + "\n".join(lines) + "\n" for section, lines in sections.items())


def _flags(keys: Mapping[str, Any]) -> str:
    words = [f"--{key.replace('_', '-')} {_plain(value)}" for key, value in keys.items()]
    return " \\\n  ".join(["torchrun pretrain_gpt.py", *words]) + "\n"


def _plain(value: Any) -> str:
    """A number with a point before its exponent, without which YAML 1.1 and TOML take it for a text.

    >>> _plain(1e-05), _plain(1000.0), _plain(0.1)
    ('1.0e-5', '1000', '0.1')
    """
    if not isinstance(value, int | float):
        return str(value)
    digits, e, exponent = number(value).partition("e")
    return f"{digits}{'' if '.' in digits else '.0'}e{exponent}" if e else digits


def _axolotl(kind: str, more: str = "", covers: tuple[str, ...] = (), given: str = "") -> Template:
    text = (
        "axolotl(base_model='MODEL', micro_batch_size=1, learning_rate={base}, "
        f"lr_scheduler='{kind}', {more}warmup_steps={{warmup}}, max_steps={{steps}})"
    )
    return Template(text, given, covers)


_LENGTHS: Final = ("T_max",)
_AXOLOTL: Final[Calls] = {
    "constant": (_axolotl("constant"), _axolotl("constant_with_warmup")),
    "linear": (
        _axolotl("linear", covers=_LENGTHS),
        _axolotl("polynomial", "lr_scheduler_kwargs={{'lr_end': {end_lr}}}, ", _LENGTHS),
    ),
    "cosine": (
        _axolotl("cosine", covers=_LENGTHS),
        _axolotl("cosine", "cosine_min_lr_ratio={eta_min / lr}, ", _LENGTHS),
        _axolotl(
            "cosine",
            "cosine_min_lr_ratio={eta_min / lr}, cosine_constant_lr_ratio={(warmup + T_max) / steps}, ",
        ),
    ),
    "cosine_restarts": _axolotl(
        "cosine_with_restarts", "lr_scheduler_kwargs={{'num_cycles': {cycles}}}, ", ("T_0",)
    ),
    "polynomial": _axolotl(
        "polynomial", "lr_scheduler_kwargs={{'lr_end': {end_lr}, 'power': {power}}}, ", _LENGTHS
    ),
    "inverse_sqrt": _axolotl("inverse_sqrt", "lr_scheduler_kwargs={{'timescale': {timescale}}}, "),
    "wsd": _axolotl(
        "warmup_stable_decay",
        "lr_scheduler_kwargs={{'num_decay_steps': {decay_steps}, 'decay_type': {decay!r}, "
        "'min_lr_ratio': {min_lr / lr}}}, ",
        ("total_steps",),
    ),
    "onecycle": Template(
        "axolotl(base_model='MODEL', micro_batch_size=1, learning_rate={max_lr}, "
        "lr_scheduler='one_cycle', lr_scheduler_kwargs={{'pct_start': {pct_start}, 'anneal_strategy': "
        "{anneal_strategy!r}, 'div_factor': {div_factor}, 'final_div_factor': {final_div_factor}}}, "
        "warmup_steps={pct_start * total_steps}, max_steps={steps})",
        covers=("total_steps",),
    ),
}


def _megatron(style: str, more: str = "", given: str = "", covers: tuple[str, ...] = ()) -> Template:
    text = (
        f"megatron(lr={{base}}, lr_decay_style='{style}', {more}lr_warmup_iters={{warmup}}, "
        "lr_warmup_init={start}, train_iters={steps})"
    )
    return Template(text, given, covers)


def _megatron_wsd(names: Mapping[str, Any]) -> str | None:
    """WSD, whose shapes Megatron calls otherwise."""
    shapes = {"linear": "linear", "cosine": "cosine", "1-sqrt": "minus_sqrt", "exponential": "exponential"}
    if names["under"] or names["decay"] not in shapes:
        return None
    total = names["total_steps"] + names["warmup"]
    return (
        f"megatron(lr={names['lr']!r}, min_lr={names['min_lr']!r}, lr_decay_style='WSD', "
        f"lr_decay_iters={total!r}, lr_wsd_decay_iters={names['decay_steps']!r}, "
        f"lr_wsd_decay_style='{shapes[names['decay']]}', lr_warmup_iters={names['warmup']!r}, "
        f"lr_warmup_init={names['start']!r}, train_iters={names['steps']!r})"
    )


_MEGATRON: Final[Calls] = {
    "constant": _megatron("constant"),
    "linear": _megatron("linear", "min_lr={end_lr}, lr_decay_iters={warmup + T_max}, "),
    "cosine": _megatron("cosine", "min_lr={eta_min}, lr_decay_iters={warmup + T_max}, "),
    "inverse_sqrt": _megatron("inverse-square-root", covers=("timescale",)),
    "wsd": _megatron_wsd,
}

_TITAN_HEAD: Final = "torchtitan(optimizer__lr={lr}, "
_TITAN_TAIL: Final = "training__steps={steps})"


def _titan(shape: str, low: str) -> Template:
    return Template(
        f"{_TITAN_HEAD}lr_scheduler__warmup_steps=0, lr_scheduler__total_steps={{T_max}}, "
        f"lr_scheduler__decay_type='{shape}', lr_scheduler__min_lr_factor={{{low} / lr}}, {_TITAN_TAIL}",
        "not warmup",
    )


def _titan_warmed(shape: str, low: str) -> Template:
    """The trainer's ramp stays one update longer at the top than ours."""
    return Template(
        f"{_TITAN_HEAD}lr_scheduler__warmup_steps={{warmup + 1}}, "
        f"lr_scheduler__total_steps={{warmup + T_max}}, "
        f"lr_scheduler__decay_type='{shape}', lr_scheduler__min_lr_factor={{{low} / lr}}, {_TITAN_TAIL}",
        "warmup",
        covers=("start",),
    )


def _titan_wsd(names: Mapping[str, Any]) -> str | None:
    shapes = {"linear": "linear", "cosine": "cosine", "1-sqrt": "sqrt"}
    if names["under"] or names["decay"] not in shapes:
        return None
    warmup, decay = names["warmup"], names["decay_steps"]
    total = names["total_steps"] + warmup
    return (
        f"torchtitan(optimizer__lr={names['lr']!r}, lr_scheduler__warmup_steps={warmup and warmup + 1}, "
        f"lr_scheduler__total_steps={total!r}, lr_scheduler__decay_ratio={decay / total!r}, "
        f"lr_scheduler__decay_type='{shapes[names['decay']]}', "
        f"lr_scheduler__min_lr_factor={names['min_lr'] / names['lr']!r}, training__steps={names['steps']!r})"
    )


_TORCHTITAN: Final[Calls] = {
    "constant": Template(
        f"{_TITAN_HEAD}lr_scheduler__warmup_steps={{warmup + min(warmup, 1)}}, "
        f"lr_scheduler__decay_ratio=0.0, {_TITAN_TAIL}",
        covers=("start",),
    ),
    "linear": (_titan("linear", "end_lr"), _titan_warmed("linear", "end_lr")),
    "cosine": (_titan("cosine", "eta_min"), _titan_warmed("cosine", "eta_min")),
    "wsd": _titan_wsd,
}

CONFIGURATIONS: Final[Mapping[str, Configuration]] = {
    "axolotl": Configuration("Axolotl", _AXOLOTL, _yaml),
    "megatron": Configuration("Megatron-LM", _MEGATRON, _flags),
    "torchtitan": Configuration("torchtitan", _TORCHTITAN, _toml),
}
"""The trainers whose configuration can be written, by the names of the trainers."""
