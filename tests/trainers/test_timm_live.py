"""timm's args.yaml and flags against its own factory, stepped as train.py does. Run with: pytest -m live"""

import math
import warnings
from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from frameworks.other_cases import timm_schedulers
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrplot.document.overrides import Overrides
from lrplot.errors import LrplotError
from lrplot.sources.reference import load

pytestmark = pytest.mark.live

DEFAULTS: dict[str, Any] = {
    "sched": "cosine",
    "sched_on_updates": False,
    "lr": None,
    "lr_base": 0.1,
    "lr_base_size": 256,
    "lr_base_scale": "",
    "lr_noise": None,
    "lr_noise_pct": 0.67,
    "lr_noise_std": 1.0,
    "lr_cycle_mul": 1.0,
    "lr_cycle_decay": 0.5,
    "lr_cycle_limit": 1,
    "lr_k_decay": 1.0,
    "warmup_lr": 1e-5,
    "min_lr": 0,
    "epochs": 300,
    "decay_epochs": None,
    "decay_milestones": [90, 180, 270],
    "warmup_epochs": 5,
    "warmup_prefix": False,
    "cooldown_epochs": 0,
    "patience_epochs": 10,
    "decay_rate": 0.1,
    "batch_size": 128,
    "grad_accum_steps": 1,
    "opt": "sgd",
    "seed": 42,
}
"""The options of train.py that decide the rate, and what they are when nobody gives them."""

rate = st.sampled_from([0.0, 1e-6, 0.001, 0.02])
arguments = st.fixed_dictionaries(
    {
        "sched": st.sampled_from(["cosine", "tanh", "poly", "step", "multistep", "wsd", "rsqrt", "constant"]),
        "epochs": st.integers(6, 12),
        "batch_size": st.integers(1, 4),
        "lr": st.sampled_from([0.5, 0.001, None]),
    },
    optional={
        "sched_on_updates": st.just(True),
        "warmup_prefix": st.just(True),
        "warmup_lr": rate,
        "min_lr": rate,
        "warmup_epochs": st.integers(0, 5),
        "cooldown_epochs": st.integers(0, 3),
        "decay_epochs": st.integers(1, 5),
        "decay_milestones": st.sampled_from([[2, 4], [3]]),
        "decay_rate": st.sampled_from([0.1, 0.97]),
        "grad_accum_steps": st.integers(1, 3),
        "lr_cycle_limit": st.integers(1, 3),
        "lr_cycle_mul": st.sampled_from([1.0, 1.5, 2.0]),
        "lr_cycle_decay": st.sampled_from([0.5, 0.9]),
        "lr_k_decay": st.sampled_from([0.5, 2.0]),
        "opt": st.sampled_from(["sgd", "adamw", "lamb"]),
        "lr_base": st.sampled_from([0.1, 0.2]),
        "lr_base_scale": st.sampled_from(["", "sqrt", "linear"]),
        "lr_decay_fn": st.sampled_from(["linear", "cosine"]),
        "lr_stable_timescale": st.sampled_from([3, 40]),
    },
)


def trained(given: dict[str, Any], examples: int) -> list[float]:
    """The rates of the updates, as train.py steps what timm's factory makes."""
    import torch

    args = Namespace(**{**DEFAULTS, **given})
    batches = examples // args.batch_size
    updates = math.ceil(batches / args.grad_accum_steps)
    if not args.lr:
        ratio = args.batch_size * args.grad_accum_steps / args.lr_base_size
        kind = args.lr_base_scale or ("sqrt" if "ada" in args.opt or "lamb" in args.opt else "linear")
        args.lr = args.lr_base * (ratio**0.5 if kind == "sqrt" else ratio)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=args.lr)
    timm = timm_schedulers()
    scheduler, epochs = timm.create_scheduler_v2(
        optimizer,
        **timm.scheduler_factory.scheduler_kwargs(args),
        updates_per_epoch=updates,
    )
    rates, done = [], 0
    for epoch in range(epochs):
        for _ in range(updates):
            rates.append(float(optimizer.param_groups[0]["lr"]))
            done += 1
            if scheduler is not None:
                scheduler.step_update(num_updates=done, metric=1.0)
        if scheduler is not None:
            scheduler.step(epoch + 1, 1.0)
    return rates


def flags(given: dict[str, Any]) -> str:
    words = []
    for key, value in given.items():
        name = "--" + key.replace("_", "-")
        if value is True:
            words.append(name)
        elif value is not None:
            words.append(f"{name} {' '.join(map(str, value)) if isinstance(value, list) else value!r}")
    return f"python train.py /data --model resnet50 {' '.join(words)}\n"


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(arguments, st.integers(4, 17), st.booleans())
def test_arguments_are_what_the_factory_makes_of_them(
    tmp_path: Path, given: dict[str, Any], examples: int, as_flags: bool
) -> None:
    path = tmp_path / ("train.sh" if as_flags else "args.yaml")
    path.write_text(flags(given) if as_flags else yaml.safe_dump({**DEFAULTS, **given}))
    said = Overrides(facts={"examples": examples, "devices": 1})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            expected = np.array(trained(given, examples))
        except (AssertionError, TypeError, ValueError, ZeroDivisionError):
            with pytest.raises(LrplotError):
                load(str(path), said)[0].schedule.table(20)
            return
    (found,) = load(str(path), said)
    assert found.steps == len(expected)
    assert np.abs(found.schedule.table(found.steps) - expected).max() <= 1e-9 * expected.max()
