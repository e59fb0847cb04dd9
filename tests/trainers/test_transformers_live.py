"""Configurations of Transformers, in each form, against the real Trainer's updates. Run with: pytest -m live"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trainers.running_transformers import run

from lrplot.document.overrides import Overrides
from lrplot.errors import LrplotError
from lrplot.sources.reference import load

pytestmark = pytest.mark.live

VERSION = "transformers@5.23"
QUIET = {
    "output_dir": "out",
    "report_to": "none",
    "save_strategy": "no",
    "logging_strategy": "no",
    "disable_tqdm": True,
    "use_cpu": True,
}
REFUSED = (ValueError, TypeError, ZeroDivisionError, KeyError, AttributeError, RuntimeError, SystemExit)
drawn = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
share = st.floats(0.05, 0.95).map(lambda value: round(value, 3))
few = st.integers(0, 12)
least = st.fixed_dictionaries({"min_lr_rate": share}) | st.fixed_dictionaries(
    {"min_lr": st.sampled_from([1e-5, 1e-6])}
)
decay = st.sampled_from(["linear", "cosine", "1-sqrt"])


def maybe(**kwargs: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=kwargs)


def both(one: st.SearchStrategy[dict[str, Any]], other: st.SearchStrategy[dict[str, Any]]) -> Any:
    return st.tuples(one, other).map(lambda pair: pair[0] | pair[1])


KINDS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "linear": maybe(),
    "cosine": maybe(num_cycles=st.sampled_from([0.5, 1, 1.5, 0.3])),
    "cosine_with_restarts": maybe(num_cycles=st.integers(1, 4)),
    "polynomial": maybe(
        power=st.sampled_from([0.5, 1.0, 2.0]), lr_end=st.sampled_from([0.0, 1e-5, 1e-7, 0.1])
    ),
    "constant": maybe(),
    "constant_with_warmup": maybe(),
    "inverse_sqrt": maybe(timescale=st.integers(1, 40)),
    "cosine_with_min_lr": both(least, maybe(num_cycles=share)) | maybe(min_lr=share, min_lr_rate=share),
    "cosine_warmup_with_min_lr": both(least, maybe(warmup_lr_rate=share)),
    "warmup_stable_decay": both(
        st.fixed_dictionaries({"num_decay_steps": few}),
        maybe(
            num_stable_steps=few, min_lr_ratio=share, warmup_type=decay, decay_type=decay, num_cycles=share
        ),
    ),
    "reduce_lr_on_plateau": maybe(patience=few),
}
"""The schedulers of the Trainer, and the arguments of each; some of what is drawn is refused by both."""


@st.composite
def configuration(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(sorted(KINDS)))
    keys: dict[str, Any] = {"lr_scheduler_type": kind}
    kwargs = draw(KINDS[kind])
    keys |= {"lr_scheduler_kwargs": kwargs} if kwargs else {}
    more = {
        "learning_rate": st.sampled_from([3e-4, 0.001, 0.05, 1]),
        "warmup_steps": st.integers(0, 9) | share | st.sampled_from([1.5, 2.7, 40]),
        "num_train_epochs": st.integers(1, 3) | st.sampled_from([0.4, 1.5, 2.25]),
        "per_device_train_batch_size": st.integers(1, 5),
        "gradient_accumulation_steps": st.integers(1, 4),
        "dataloader_drop_last": st.booleans(),
        "max_steps": st.sampled_from([-1, 1, 7, 25]),
        "lr_scheduler_type": st.just(kind),
    }
    return keys | draw(st.fixed_dictionaries({}, optional=more))


def flags(keys: dict[str, Any]) -> str:
    words = [
        f"--{key} '{json.dumps(value)}'" if isinstance(value, dict) else f"--{key} {value}"
        for key, value in keys.items()
    ]
    return "python train.py " + " \\\n  ".join(words) + "\n"


FORMS = {"json": json.dumps, "yaml": yaml.safe_dump, "sh": flags}


def same(path: Path, examples: int, trainer: str = VERSION) -> None:
    said = Overrides(facts={"examples": examples}, trainer=trainer)
    try:
        expected = np.array(run(path, examples))
    except REFUSED:
        expected = np.array([])
    # A loader without a batch trains nothing, in silence.
    if not len(expected):
        with pytest.raises(LrplotError):
            load(str(path), said)[0].schedule.table(100)
        return
    (found,) = load(str(path), said)
    assert found.steps == len(expected)
    assert np.abs(found.schedule.table(found.steps) - expected).max() <= 1e-9 * max(expected.max(), 1e-300)


@drawn
@given(configuration(), st.integers(1, 30), st.sampled_from(sorted(FORMS)))
def test_a_configuration_is_what_the_trainer_makes_of_it(
    tmp_path: Path, keys: dict[str, Any], examples: int, form: str
) -> None:
    path = tmp_path / f"train.{form}"
    path.write_text(FORMS[form](QUIET | keys))
    same(path, examples)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("yaml", "warmup_ratio: 0.1"),
        ("json", '"max_steps": 0'),
        ("json", '"warmup_steps": -1'),
        ("json", '"num_train_epoch": 2'),
        ("json", '"lr_scheduler_type": "cosinus"'),
        ("json", '"lr_scheduler_kwargs": "{\\"num_cycles\\": 1}", "lr_scheduler_type": "cosine"'),
        ("json", '"lr_scheduler_kwargs": {"cycles": 1}, "lr_scheduler_type": "cosine"'),
        ("sh", "--learning 1e-3 --warmup 3"),
        ("sh", "--lr_sched cosine"),
        ("sh", "--learning-rate=1e-3 --warmup-steps=0.2 --lr-scheduler-type COSINE"),
        ("sh", "--max-steps 7 --num_train_epochs 9"),
        ("json", '"num_train_epochs": 0'),
        ("json", '"num_train_epochs": -1'),
        ("json", '"gradient_accumulation_steps": 0'),
        ("json", '"learning_rate": -0.1'),
        ("json", '"accelerator_config": {"split_batches": true}'),
    ],
)
def test_what_is_written_in_a_way_of_its_own(tmp_path: Path, form: str, text: str) -> None:
    path = tmp_path / f"train.{form}"
    whole = FORMS[form](QUIET | {"per_device_train_batch_size": 2})
    ends = {"json": f"{whole[:-1]}, {text}}}", "yaml": f"{whole}\n{text}\n", "sh": f"{whole[:-1]} {text}\n"}
    path.write_text(ends[form])
    same(path, 20)
