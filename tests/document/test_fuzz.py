"""No input gives anything but runs or an LrplotError."""

import contextlib

import numpy as np
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrplot.clock import Clock
from lrplot.document.build import build
from lrplot.document.document import Document
from lrplot.document.path import KEYS
from lrplot.document.tree import read
from lrplot.errors import DurationError, ExpressionError, LrplotError
from lrplot.expression import Expression
from lrplot.schedules import CATALOGUE, TYPES, schedule_class
from lrplot.schedules.fields import parameters

_NAMES = sorted({name for type_name in TYPES for name in parameters(schedule_class(type_name))})
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 200),
    st.floats(allow_nan=True),
    st.sampled_from(
        ["5 epochs", "10%", "30", "1e-3", "cos", "linear", "curve", "t * 2", "hold", "010", *CATALOGUE]
    ),
    st.text(max_size=8),
)
_TYPES = st.sampled_from(TYPES)


def _schedules(children: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    values = st.one_of(_SCALARS, children, st.lists(_SCALARS, max_size=3), st.lists(children, max_size=3))
    keys = st.sampled_from([*_NAMES, "warmup", "for"])
    mapping = st.dictionaries(keys, values, max_size=6)
    return st.one_of(
        st.builds(lambda name, rest: {"type": name, **rest}, _TYPES, mapping),
        mapping,
        st.lists(children, max_size=3),
    )


_SCHEDULES = st.recursive(st.one_of(st.sampled_from([*CATALOGUE]), _SCALARS), _schedules, max_leaves=12)
_ROOTS = st.fixed_dictionaries(
    {"schedule": _SCHEDULES},
    optional={
        "lr": st.one_of(st.just(0.1), _SCALARS),
        "steps": st.one_of(st.just(100), _SCALARS),
        "epochs": _SCALARS,
        "steps_per_epoch": _SCALARS,
        "update": st.sampled_from(["epoch", "step", 3]),
        "training": st.dictionaries(st.sampled_from(["examples", "batch_size", "devices"]), _SCALARS),
        "figure": st.dictionaries(st.sampled_from(["yscale", "size", "dpi", "title"]), _SCALARS),
        "sweep": st.dictionaries(
            st.sampled_from([*_NAMES, "schedule.0.gamma", "a..b"]), st.lists(_SCALARS, max_size=2)
        ),
    },
)
calm = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@calm
@given(_ROOTS)
def test_any_mapping_is_runs_or_a_clear_error(root: dict[str, object]) -> None:
    assert set(root) <= set(KEYS)
    text = yaml.safe_dump(root, allow_unicode=True)
    with contextlib.suppress(LrplotError):
        for run in build(Document(read(text, "it.yaml"), "it")).runs:
            assert 1 <= run.steps <= 2**53
            rates = run.schedule(np.unique([0, run.steps // 2, run.steps - 1]))
            assert np.isfinite(rates).all()


@calm
@given(st.text(max_size=200))
def test_any_text_is_runs_or_a_clear_error(text: str) -> None:
    with contextlib.suppress(LrplotError):
        build(Document(read(text, "it.yaml"), "it"))


@calm
@given(st.text(alphabet="t0123456789+-*/%.()<>= ifelsandort,minmax", max_size=40))
def test_any_expression_is_numbers_or_a_clear_error(text: str) -> None:
    with contextlib.suppress(ExpressionError):
        assert Expression(text)(np.arange(5.0)).shape == (5,)


@calm
@given(st.text(alphabet="0123456789.e%+- stpochdurba", max_size=20))
def test_any_duration_is_steps_or_a_clear_error(text: str) -> None:
    with contextlib.suppress(DurationError):
        assert Clock(100, 10).duration(text) >= 0
