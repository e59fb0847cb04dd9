"""LLaMA-Factory: its YAML, the command ``llamafactory-cli train``, and the same keys as flags.

Read in its source at ff6d4d1 (``hparams/parser.py``, ``data/loader.py``, ``train/trainer_utils.py``). Its
arguments are Transformers' own, with versions 4.55 to 5.8.
"""

import math
from dataclasses import replace
from typing import Any, Final

from lrplot.trainers import transformers
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.forms.beside import form_beside, over
from lrplot.trainers.training import Confidence, Trainer, Training, number, refuse, switch, whole
from lrplot.trainers.transformers import Ways, trained
from lrplot.trainers.trl import packed

_STAGES: Final = frozenset({"pt", "sft", "rm", "ppo", "dpo", "kto"})
_PROGRAMS: Final = frozenset({"llamafactory-cli", "lmf", "llamafactory.cli"})


def recognise(form: Form) -> Confidence:
    """``stage`` and ``finetuning_type`` (or ``dataset``, ``template``, ``cutoff_len``), or its command."""
    found = transformers.KEYS & form.values.keys()
    if form.kind == "flags" and form.program in _PROGRAMS:
        return Confidence(2, len(found) + 2)
    staged = form.kind in {"mapping", "flags"} and str(form.get("stage")) in _STAGES
    own = {"finetuning_type", "dataset", "template", "cutoff_len", "dataset_dir"} & form.values.keys()
    return Confidence(2 if staged and own else 0, len(found | own) + 1)


def training(form: Form, facts: Facts) -> Training:
    """The training of its keys; the file of ``train FILE`` lies under what follows it."""
    if form.kind == "flags":
        form = _with_file(form)
    if form.get("lr_scheduler_config") is not None:
        raise refuse(
            form,
            "lr_scheduler_config",
            "lr_scheduler_config is of LLaMA-Factory's v1 trainer, which is not read",
        )
    facts, lines, notes = _counted(form, facts)
    found = trained(form, facts, ways=Ways("LLaMA-Factory", kwargs=_decay))
    return replace(found, derivation=(*lines, *found.derivation), notes=(*notes, *found.notes))


def _with_file(form: Form) -> Form:
    named = next((each for each in form.arguments if each.endswith((".yaml", ".yml", ".json"))), None)
    if named is None:
        return form
    file = form_beside(form, named)
    if file is not None:
        return over(form, file)
    raise refuse(form, "train", f"the file '{named}' is not here to be read; draw it, or give it beside")


def _counted(form: Form, facts: Facts) -> tuple[Facts, tuple[str, ...], tuple[str, ...]]:
    """The examples that remain of ``max_samples`` and ``val_size``."""
    is_packed = switch(form, "packing") or (form.get("packing") is None and form.get("stage") == "pt")
    facts, notes = packed(form, facts, ("cutoff_len",), is_packed=is_packed)
    most = whole(form, "max_samples", None)
    held_out = number(form, "val_size", 0.0)
    if facts.examples is None or most is None or is_packed:
        told = (f"val_size {held_out:g}: examples are what remains for training",) if held_out else ()
        return facts, (), (*notes, *told)
    sets = _sets(form.get("dataset"))
    cap = sets * most
    if facts.examples <= cap - _held_out(held_out, cap):
        return facts, (), notes
    left = cap - _held_out(held_out, cap)
    line = f"max_samples {most} × {sets} datasets" if sets > 1 else f"max_samples {most}"
    line += f" - {cap - left} held out" if left < cap else ""
    return replace(facts, examples=left), (f"{line}: {facts.examples} examples become {left}",), notes


def _held_out(share: float, rows: int) -> int:
    """Rows of the validation set: a share of them, or so many."""
    return math.ceil(share * rows) if 0 < share < 1 else int(share)


def _sets(value: Any) -> int:
    """The number of datasets that are named."""
    if isinstance(value, str):
        return len([name for name in value.split(",") if name.strip()]) or 1
    return len(value) if isinstance(value, list) and value else 1


def _decay(kind: str, given: dict[str, Any], updates: int, warmup: int) -> dict[str, Any]:
    """The stable part and the decay that LLaMA-Factory gives WSD where it is not said."""
    if kind != "warmup_stable_decay":
        return given
    left = updates - warmup
    stable = left // 3
    return {"num_stable_steps": stable, "num_decay_steps": left - stable, **given}


TRAINER: Final = Trainer(
    "llamafactory",
    "LLaMA-Factory",
    recognise,
    training,
    versions=transformers.VERSIONS,
    versioned="Transformers",
)
