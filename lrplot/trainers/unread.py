"""Keys that a trainer does not have, or that give other parameter groups other rates: refused or told."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from lrplot.run import Group
from lrplot.trainers.elsewhere import ELSEWHERE
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.forms.beside import followed
from lrplot.trainers.groups import is_read, of_key
from lrplot.trainers.known_keys import KNOWN, Known
from lrplot.trainers.structural import check_structural
from lrplot.trainers.training import Trainer, Training, Trap, refuse

_ABOUT: Final = frozenset(
    [
        "lr",
        "lrs",
        "learning",
        "rate",
        "warm",
        "warmup",
        "warmups",
        "sched",
        "schedule",
        "scheduler",
        "scheduling",
        "schedular",
        "decay",
        "epoch",
        "epochs",
        "step",
        "steps",
        "iter",
        "iters",
        "iterations",
        "batch",
        "accum",
        "accumulate",
        "accumulation",
    ]
)
"""Words of a key that may touch the rate."""
_NOT_ABOUT: Final = frozenset(
    [
        "save",
        "saves",
        "saving",
        "log",
        "logging",
        "logs",
        "eval",
        "evals",
        "evaluation",
        "val",
        "valid",
        "validation",
        "test",
        "checkpoint",
        "checkpoints",
        "checkpointing",
        "ckpt",
        "print",
        "weight",
        "wd",
        "ema",
        "profile",
        "profiler",
        "cache",
        "momentum",
        "dropout",
        "drop",
        "attention",
        "sample",
        "sampling",
        "generate",
        "generation",
        "inference",
        "seed",
        "prefetch",
        "preprocess",
        "preprocessing",
        "beta",
        "clip",
        "noise",
        "vae",
        "report",
        "snapshot",
        "resume",
        "display",
        "image",
        "timeout",
        "sync",
        "target_modules",
        "grad_clip",
        "bias_decay",
    ]
)
"""Words of a key that counts or decays something else (``save_steps``, ``weight_decay``)."""
_SAME: Final[Mapping[str, str]] = {"lr": "learning_rate", "sched": "scheduler", "accum": "accumulation"}
_LONG: Final = 8
"""Letters of a key from which on two of them may be wrong; one in a shorter key."""
_SECTIONS: Final = frozenset(
    {
        *(
            "optim",
            "optimizer",
            "solver",
            "trainer",
            "training",
            "train",
            "lr_scheduler",
            "scheduler",
            "sched",
        ),
        *(
            "lr",
            "learning_rate",
            "learning_rate_scheduler",
            "optimizer_config",
            "warmup",
            "args",
            "init_args",
        ),
        "params",
    }
)
"""Sections in which a key about the rate is one of the training, where keys are nested."""
_SHORTEST: Final = 5
"""Characters of a key from which on a near one is a slip: short ones differ by a letter from many."""
_DEEPEST: Final = 12
"""Mappings inside each other that are looked into: no configuration is as deep."""

_GROUPS: Final = re.compile(
    r"loraplus_.*|lr_groups|lr_mults?|lr_mult_list|lr_multipliers?|(?!min_|max_|end_|final_|init_|start_|warmup_)\w*_lr_(mult\w*|ratio|scale|factor|weight)"
    r"|embedding_(lr|learning_rate)(_scale)?|learning_rate_te\d?|block_lr|bias_lr_factor"
    r"|decoupled_(min_)?lr|lr_factor_func|learning_rate_mapping|(muon|dion|scalar)_(min_)?lr"
    r"|(layer|layerwise|layer_wise)(_lr)?_decay(_rate)?|layer_lr\w*|llrd\w*"
    r"|(backbone|head|encoder|decoder|embed|embedding|vision|visual|vit|aligner|projector|text|unet|critic|actor"
    r"|value|router|bias|discriminator|generator|vision_tower|mm_projector|mm_vision_tower|text_encoder|lora"
    r"|transformer|adapter|prefix|ti|emb|projection|tower)_(lr|learning_rate)",
    re.IGNORECASE,
)
"""Keys that give some of the parameters another rate."""
_GROUPED: Final = re.compile(r"LayerDecay|LearningRateDecayOptimizer|LayerWiseDecay", re.IGNORECASE)
"""Values that do."""


@dataclass(frozen=True, slots=True, eq=False)
class OfGroup:
    """A key that gives some of the parameters another rate, its value, and the note where it is not read."""

    key: str
    value: Any
    note: str


def trained(trainer: Trainer, form: Form, facts: Facts) -> Training:
    """The training of a form, with what is said of keys that were not read.

    Raises
    ------
    ConfigurationError
        When a key is no key of the trainer, and its parser refuses those.
    """
    check_structural(form)
    judged = [*_contradicted(form, facts), *_repeated(form), *_judged(trainer, form)]
    with followed() as files:
        found = trainer.training(form, facts)
    for file in files:
        check_structural(file)
        judged += _judged(trainer, file)
    groups, notes = _grouped(trainer, found, list(dict.fromkeys(judged)))
    return replace(found, groups=groups, notes=(*found.notes, *notes)) if groups or notes else found


def _repeated(form: Form) -> Iterator[Trap]:
    """A note for each key that stands twice with different values."""
    for path, first in form.repeated.items():
        yield Trap(
            f"{path} stands twice, at {first} and {form.places.get(path, '?')}; the last value holds, as "
            "PyYAML and Python's JSON read it (OmegaConf, which some programs use, refuses the file)"
        )


def _grouped(
    trainer: Trainer, found: Training, judged: Sequence[str | OfGroup]
) -> tuple[tuple[Group, ...], tuple[str, ...]]:
    """The groups of a training and those that keys make of it, and a note for each key that makes none."""
    groups, notes = list(found.groups), []
    for each in judged:
        if isinstance(each, str):
            notes.append(each)
            continue
        made = of_key(trainer.name, each.key, each.value, found.schedule)
        groups += made
        if not made:
            notes.append(each.note)
    return tuple(groups), tuple(notes)


def _contradicted(form: Form, facts: Facts) -> Iterator[str]:
    """A note for each fact that a person gives and the text, or another fact, gives otherwise."""
    if facts.devices is not None and form.devices is not None and facts.devices != form.devices:
        yield f"the launcher says {form.devices} devices; --devices {facts.devices} is taken"
    if facts.examples is not None and facts.batches_per_epoch is not None:
        yield (
            f"--batches-per-epoch {facts.batches_per_epoch} is taken for an epoch, whatever --examples "
            f"{facts.examples} makes of it"
        )


def _judged(trainer: Trainer, form: Form) -> Iterator[str | OfGroup]:
    """A note for each key that is not read, and the keys that give other groups other rates."""
    known = KNOWN.get(trainer.name)
    if form.kind not in {"mapping", "flags", "toml", "python", "gin", "protobuf"}:
        return
    own = known.own | ELSEWHERE.get(trainer.name, frozenset()) if known is not None else frozenset()
    seen: set[str] = set()
    for path, name, value in _leaves(form.values):
        key = name.lstrip("-").replace("-", "_").lower()
        macro = form.kind == "gin" and "." not in path
        if key in own or value is None or macro or is_read(trainer.name, key):
            continue
        if _GROUPS.fullmatch(key):
            neutral = ("0", "0.0") if key.endswith(("lr", "rate")) else ("0", "0.0", "1", "1.0")
            if str(value) not in {*neutral, "", "None", "none", "null", "False"}:
                note = f"{name} gives other parameter groups other rates; drawn is the rate of the rest"
                yield OfGroup(key, value, note)
        elif isinstance(value, str) and name in {"constructor", "type"} and _GROUPED.search(value):
            yield f"{name} '{value[:60]}' gives layers rates of their own; drawn is the highest"
        elif known is not None and path not in seen:
            # A list of thousands of entries has each key as often.
            seen.add(path)
            yield from _unknown(trainer, form, known, (path, name, key))


def _unknown(trainer: Trainer, form: Form, known: Known, at: tuple[str, str, str]) -> Iterator[str]:
    path, name, key = at
    words = set(key.split("_"))
    names = known.names.split()
    swapped = len(key) >= _SHORTEST and any(sorted(key) == sorted(each) for each in names)
    if words & _NOT_ABOUT and not swapped:
        return
    about = bool(words & _ABOUT)
    meant, misspelt = _nearest(key, names)
    if not about and not misspelt:
        return
    guess = f"; did you mean {meant}?" if meant else ""
    lax = form.kind in known.lax.split()
    begins = form.kind == "flags" and bool(meant) and meant.startswith(key)
    if begins and known.shortened:
        return
    if begins and not lax:
        raise refuse(form, path, f"'{name}' is not written out: write {meant}")
    # A script may have flags of its own beside those of the Trainer.
    if not lax and meant and (misspelt or (form.kind != "flags" and "." not in path)):
        raise refuse(form, path, f"{trainer.title} has no key '{name}'{guess}")
    section = path.split(".")[-2].lower() if "." in path else "train"
    if misspelt or (section in _SECTIONS and not (lax and form.kind == "python")):
        yield Trap(f"{name} is not read: it is no key of {trainer.title} that lrplot knows{guess}")


def _nearest(key: str, names: Sequence[str]) -> tuple[str, bool]:
    """The key that is meant, if any, and whether it is one that is misspelt."""
    if key.strip() != key and key.strip() in names:
        return key.strip(), True
    if len(key) >= _SHORTEST:
        most = 2 if len(key) >= _LONG else 1
        far = {name: _distance(key, name) for name in names if _may_be_near(key, name, most)}
        near = min(far, key=lambda name: far[name], default="")
        if near and (far[near] <= most or sorted(near) == sorted(key)):
            return near, True
        swapped = next((name for name in names if sorted(name) == sorted(key)), "")
        if swapped:
            return swapped, True
    words = _words(key)
    for name in names:
        if words and words <= _words(name):
            return name, False
    return "", False


def _may_be_near(one: str, other: str, most: int) -> bool:
    """False where so few changes cannot make one word the other: each changes two letters of their sets."""
    return abs(len(one) - len(other)) <= most and len(set(one) ^ set(other)) <= 2 * most


def _distance(one: str, other: str) -> int:
    """Letters to put in, take out or change between two words."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        above, row[0] = row[0], i
        for j, against in enumerate(other, 1):
            above, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, above + (letter != against))
    return row[-1]


def _words(key: str) -> set[str]:
    return set("_".join(_SAME.get(word, word) for word in key.split("_")).split("_"))


def _leaves(values: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, str, Any]]:
    """Path, name and value of every key; mappings have no value of their own."""
    if depth > _DEEPEST:
        return
    if isinstance(values, Mapping):
        for key, value in values.items():
            if not isinstance(key, str):
                continue
            at = f"{path}.{key}" if path else key
            if isinstance(value, Mapping | list):
                yield from _leaves(value, at, depth + 1)
            if not isinstance(value, Mapping) or _GROUPS.fullmatch(key):
                yield at, key.rpartition(".")[2], value
    elif isinstance(values, list | tuple):
        for each in values:
            if isinstance(each, Mapping):
                yield from _leaves(each, path, depth + 1)
