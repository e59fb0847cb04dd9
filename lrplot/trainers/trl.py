"""TRL's configurations, by the ``trl`` command, its scripts, the alignment-handbook, or a call in Python.

Read in the source of TRL 1.16; the arithmetic is that of Transformers' ``Trainer``, with defaults of its own,
and GRPO's and RLOO's way of counting an epoch, compared with its own sampler.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from lrplot.trainers import transformers
from lrplot.trainers.facts import Facts
from lrplot.trainers.form import Form
from lrplot.trainers.forms.beside import form_beside, over
from lrplot.trainers.training import (
    Confidence,
    Trainer,
    Training,
    number,
    refuse,
    switch,
    whole,
)
from lrplot.trainers.transformers import Epoch, Sizes, Ways, trained

_RATES: Final[Mapping[str, float]] = {
    "sft": 2e-5,
    "reward": 1e-4,
    "dpo": 1e-6,
    "kto": 1e-6,
    "grpo": 1e-6,
    "rloo": 1e-6,
    "orpo": 1e-6,
    "cpo": 1e-6,
}
"""``learning_rate`` where it is left out, by the kind of training."""
_OTHER_COUNT: Final = frozenset({"ppo"})
"""Trainings that count episodes, which are not read."""
_GENERATING: Final = frozenset({"grpo", "rloo"})
_KIND: Final = re.compile(
    r"(?:^|[/_-])(?:run_|train_)?(sft|dpo|kto|orpo|cpo|reward|grpo|rloo|ppo)(?=[_./-]|$)"
)
_CALL: Final = re.compile(r"(SFT|DPO|KTO|ORPO|CPO|Reward|GRPO|RLOO|PPO)Config$")
_SCRIPTS: Final = re.compile(
    r"^(?:run_|train_)?(?:sft|dpo|kto|orpo|cpo|reward|reward_modeling|grpo|rloo)\w*\.py$"
)
_OF_KIND: Final[Mapping[str, str]] = {
    "num_generations": "grpo",
    "max_completion_length": "grpo",
    "reward_funcs": "grpo",
    "desirable_weight": "kto",
    "beta": "dpo",
    "precompute_ref_log_probs": "dpo",
    "max_prompt_length": "dpo",
    "packing": "sft",
    "dataset_mixture": "sft",
    "max_seq_length": "sft",
    "assistant_only_loss": "sft",
    "completion_only_loss": "sft",
}
"""Keys that say the kind of training, the surest first."""
_OWN: Final = frozenset(
    {
        *_OF_KIND,
        "dataset_name",
        "dataset_mixer",
        "max_length",
        "loss_type",
        "use_peft",
        "attn_implementation",
        "use_vllm",
        "dataset_num_proc",
        "chat_template",
        "system_prompt",
    }
)
"""Keys that Transformers' own scripts hardly have."""


def recognise(form: Form) -> Confidence:
    """The ``trl`` command, one of its scripts or configurations, or Transformers' keys beside its own."""
    found = transformers.KEYS & form.values.keys()
    if form.kind == "python":
        return Confidence(2 if _CALL.search(form.program) else 0, len(found) + 1)
    if form.kind == "flags":
        script = PurePosixPath(form.program).name
        named = form.program == "trl" or (_SCRIPTS.match(script) and (found or "config" in form.values))
        return Confidence(2 if named else 0, len(found) + 1)
    own = _OWN & form.values.keys()
    model = "model_name_or_path" in form.values and "stage" not in form.values
    return Confidence(
        1 if model and own and found and "task_name" not in form.values else 0, len(found | own)
    )


def training(form: Form, facts: Facts) -> Training:
    """The training of a configuration; the file that ``--config`` names lies under the flags."""
    if form.kind == "flags":
        file = form_beside(form, form.get("config"))
        if file is not None:
            form = over(form, file)
        elif "config" in form.values and len(transformers.KEYS & form.values.keys()) < 2:
            raise refuse(
                form, "config", f"the file of --config, '{form.get('config')}', is not here to be read"
            )
    return of_kind(form, facts, "TRL")


def of_kind(form: Form, facts: Facts, title: str) -> Training:
    """The training of a form with TRL's defaults for its kind, where it has none."""
    kind = kind_of(form)
    if kind in _OTHER_COUNT:
        raise refuse(
            form, "total_episodes", f"{kind.upper()} counts episodes, which is not read; give a call"
        )
    if form.get("learning_rate") is None:
        if kind not in _RATES:
            told = ", ".join(f"{rate:g} for {name.upper()}" for name, rate in _RATES.items())
            raise refuse(
                form,
                "learning_rate",
                f"learning_rate is left out, and its default depends on the training ({told}); give it",
            )
        form = form.with_defaults({"learning_rate": _RATES[kind]})
    facts, notes = packed(form, facts, ("max_length", "max_seq_length"), is_packed=switch(form, "packing"))
    ways = Ways(title, epoch=_generated if kind in _GENERATING else None)
    found = trained(form, facts, ways=ways)
    return replace(found, notes=(*notes, *_split(form), *found.notes))


def kind_of(form: Form) -> str:
    """``sft``, ``dpo``, …; empty where nothing says it."""
    call = _CALL.search(form.program)
    if call is not None:
        return call[1].lower()
    for text in (*form.arguments[:1], PurePosixPath(form.program).name, form.name):
        found = _KIND.search(text.lower())
        if found is not None and form.kind == "flags":
            return found[1]
    return next((kind for key, kind in _OF_KIND.items() if form.get(key) is not None), "")


def packed(
    form: Form, facts: Facts, lengths: tuple[str, ...], *, is_packed: bool
) -> tuple[Facts, tuple[str, ...]]:
    """The facts of packed sequences: their number is estimated where only the tokens are known."""
    if not is_packed:
        return facts, ()
    length = next((n for key in lengths if (n := number(form, key, None))), None)
    if facts.examples is None and facts.tokens is not None and length:
        count = max(1, math.ceil(facts.tokens / length))
        told = f"{facts.tokens} tokens / {length:g} = {count} packed sequences: an estimate"
        return replace(facts, examples=count), (told,)
    return facts, ("packing: examples are counted as packed sequences, fewer than the rows of the dataset",)


def _split(form: Form) -> tuple[str, ...]:
    size = form.get("dataset_mixture.test_split_size")
    return (f"test_split_size {size}: examples are what remains for training",) if size else ()


def _generated(form: Form, facts: Facts, sizes: Sizes) -> Epoch | None:
    """An epoch of GRPO and RLOO, whose batches are counted in completions.

    Each prompt is completed ``num_generations`` times; what is generated at once serves
    ``steps_per_generation`` batches, ``num_iterations`` times over.
    """
    if facts.examples is None:
        return None
    generations = whole(form, "num_generations", 8)
    together = whole(form, "generation_batch_size", None)
    each = whole(form, "steps_per_generation", None)
    if together is not None and each is not None:
        raise refuse(
            form,
            "generation_batch_size",
            "generation_batch_size and steps_per_generation are two ways to say one thing; give one",
        )
    batch = sizes.batch * sizes.devices
    if together is not None:
        if together % batch:
            raise refuse(
                form,
                "generation_batch_size",
                f"generation_batch_size must be a multiple of {batch} completions a batch, got {together}",
            )
        each = together // batch
    each = each or sizes.accumulated
    if batch * each % generations:
        raise refuse(
            form,
            "num_generations",
            f"num_generations ({generations}) must divide the {batch * each} completions that are generated "
            f"at once ({sizes.batch} × {sizes.devices} devices × {each})",
        )
    prompts = batch * each // generations
    rounds = facts.examples // prompts
    iterations = whole(form, "num_iterations", 1)
    batches = rounds * each * iterations
    updates = max(1, math.ceil(batches / sizes.accumulated))
    told = f"{facts.examples} prompts / {prompts} a generation = {rounds} × {each} batches"
    told += f" × {iterations} iterations" if iterations > 1 else ""
    return Epoch(updates, f"{told} → {updates} updates")


TRAINER: Final = Trainer(
    "trl",
    "TRL",
    recognise,
    training,
    versions=transformers.VERSIONS,
    versioned="Transformers",
)
"""TRL, and the alignment-handbook, whose recipes have its keys."""
