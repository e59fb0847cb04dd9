"""What a schedule that reacts to a metric tells, and what it refuses."""

import math
import pickle
from typing import Any

import numpy as np
import pytest
from examples import make
from frameworks.reacting_cases import long_series

from lrplot.document.build import build
from lrplot.document.document import Document
from lrplot.document.tree import read
from lrplot.errors import LrplotError, ScheduleError, StepError
from lrplot.schedules.callback import CONDITIONS, Callback, Rule
from lrplot.schedules.greedy import Greedy, GreedyState
from lrplot.schedules.plateau import Plateau
from lrplot.schedules.reacting import Change, Reaction
from lrplot.schedules.windows import OF_SERIES
from lrplot.sources.reference import load

NAN, INF = math.nan, math.inf
FLAT = [1.0] * 30


def test_on_a_flat_metric_the_new_rate_is_first_used_where_document_003_and_pytorch_say() -> None:
    for rule, steps in {"keras": (6, 11, 16), "pytorch": (7, 13, 19), "optax": (5, 10, 15)}.items():
        plateau = Plateau(lr=0.1, metrics=FLAT, patience=5, rule=rule)
        assert tuple(change.step for change in plateau.changes(20)) == steps
        assert plateau.knots(20).few == steps


def test_a_list_knows_one_rate_more_than_it_has_metrics() -> None:
    plateau = Plateau(lr=0.1, metrics=[3, 2, 1])
    assert plateau.length == 3
    assert plateau(3) == 0.1
    with pytest.raises(StepError, match="there are 3: the last step with a rate is 3, asked for step 7"):
        plateau([1, 7, 2])
    with pytest.raises(StepError, match="there are 3"):
        plateau.total(5)
    optax = Plateau(lr=0.1, metrics=[3, 2, 1], rule="optax")
    with pytest.raises(StepError, match="the last step with a rate is 2"):
        optax(3)


def test_a_formula_knows_ten_million_steps() -> None:
    plateau = Plateau(lr=0.1, formula="exp(-t / 20)", patience=1000, factor=0.5)
    assert plateau.length is None
    assert plateau(100_000) < 0.1
    assert plateau.knots(2**23).unknown == ((0, 2**23),)
    assert plateau.knots(2**12).unknown == ()
    with pytest.raises(StepError, match="the formula gives 10000000"):
        plateau(10**7 + 1)


def test_the_trace_says_what_the_rule_remembers_and_why_it_acts() -> None:
    plateau = Plateau(lr=0.1, metrics=[2, 1, 1, NAN, 0.5], patience=1, factor=0.5, cooldown=1)
    rows = list(plateau.trace(99))
    assert [row.step for row in rows] == [0, 1, 2, 3, 4, 5]
    assert [row.rate for row in rows] == plateau(np.arange(6)).tolist()
    assert [row.best for row in rows] == [2, 1, 1, 1, 0.5, 0.5]
    assert [row.bad for row in rows] == [0, 0, 1, 0, 0, 0]
    assert [row.cooldown for row in rows] == [0, 0, 0, 1, 0, 0]
    assert [row.cause for row in rows] == ["", "", "", "patience 1 exceeded", "", ""]
    assert rows[-1].metric is None
    assert plateau.changes(99) == (Change(4, 0.1, 0.05, "patience 1 exceeded"),)
    assert plateau.changes(4) == ()
    assert list(plateau.trace(2)) == rows[:2]


def test_a_drop_that_is_not_made_is_in_the_trace_and_is_no_change() -> None:
    at_floor = Plateau(lr=0.1, metrics=FLAT, patience=3, min_lr=0.1)
    causes = {row.cause for row in at_floor.trace(30)}
    assert causes == {"", "patience 3 exceeded, but at min_lr already"}
    assert at_floor.changes(30) == ()
    tiny = Plateau(lr=1e-9, metrics=FLAT, patience=3)
    assert {row.cause for row in tiny.trace(30)} > {"patience 3 exceeded, but the change is within eps 1e-08"}
    assert tiny.table(30).max() == tiny.table(30).min()


def test_the_trace_of_optax_has_seen_each_steps_own_metric() -> None:
    plateau = Plateau(lr=0.1, metrics=FLAT, patience=5, rule="optax")
    rows = list(plateau.trace(99))
    assert [row.rate for row in rows] == plateau.table(30).tolist()
    assert rows[5].cause == "patience 5 reached"


def test_observing_step_by_step_is_the_scan() -> None:
    for name in ("plateau", "greedy", "callback"):
        (run,) = load(name)
        schedule = run.schedule
        state, rates = schedule.start(), []
        for row in schedule.trace(100):
            rates.append(state.lr)
            state = schedule.observe(state, row.metric)
        assert rates == schedule.table(100).tolist()


def test_a_bare_name_draws_something() -> None:
    for name in ("plateau", "greedy", "callback", "平台衰减", "ReduceLROnPlateau", "GreedyLR"):
        (run,) = load(name)
        assert len(run.schedule.changes(run.steps)) >= 3


def test_scanning_further_gives_what_scanning_at_once_gives() -> None:
    slow, fast = (make("greedy", lr=0.1, formula="sin(t / 9) / (t + 1)", patience=2) for _ in range(2))
    steps = np.arange(0, 70_000, 997)
    one_by_one = [slow(int(step)) for step in steps]
    np.testing.assert_array_equal(one_by_one, fast(steps))


def test_a_copy_remembers_nothing_and_a_schedule_can_be_pickled() -> None:
    plateau = Plateau(lr=0.1, formula="t", patience=2)
    assert plateau.changes(9)[0].step == 4
    assert plateau.model_copy(update={"patience": 3}).changes(9)[0].step == 5
    again = pickle.loads(pickle.dumps(plateau))  # noqa: S301 (our own)
    assert again == plateau
    assert again(5) == plateau(5)


def test_two_series_with_nan_are_equal_when_they_say_the_same() -> None:
    assert Plateau(lr=0.1, metrics=[1, float("nan")]) == Plateau(lr=0.1, metrics=(1.0, NAN))


@pytest.mark.parametrize(
    ("when", "window", "holds"),
    [
        ("improving", (3, 9, 2.5), True),
        ("improving", (3, 1, 2.7), False),
        ("stalled", (3, 2.6, 9), True),
        ("stalled", (3, 2.4, 9), False),
        ("stalled", (NAN, 1, 1), True),
        ("stalled", (1, NAN, INF), True),
        ("rising", (1, 0, 1.6), True),
        ("rising", (1, 5, 1.4), False),
        ("oscillating", (1, 2, 1, 2), True),
        ("oscillating", (1, 2, 1.6, 3), False),
        ("oscillating", (1, 2, 3), False),
        ("oscillating", (1, NAN, 1), False),
        ("oscillating", (1, INF, 1), True),
    ],
)
def test_a_condition_is_its_formula(when: str, window: tuple[float, ...], holds: bool) -> None:
    rule = Rule(when=when, window=len(window), by=0.49, hold=True)
    assert rule.holds(window) is holds
    if when != "rising":
        assert rule.holds(tuple(-m for m in window), falls=False) is holds


def test_the_same_metrics_never_act_twice_and_hold_stops_later_rules() -> None:
    rules = [
        {"when": "stalled", "window": 3, "by": 1, "hold": True},
        {"when": "oscillating", "window": 3, "multiply": 0.5},
    ]
    assert Callback(lr=0.1, metrics=[1, 2, 1, 2, 1, 2], rules=rules).changes(9) == ()
    again = Callback(lr=0.1, metrics=[1, 2, 1, 2, 1, 2], rules=rules[1:])
    assert [change.step for change in again.changes(9)] == [3, 6]
    floor = Callback(lr=0.1, metrics=[1, 2, 1], rules=rules[1:], min_lr=0.1)
    assert [row.cause for row in floor.trace(3)][-1] == "oscillating over 3, but at min_lr already"


@pytest.mark.parametrize(
    ("type_name", "parameters", "said"),
    [
        ("plateau", {}, "plateau reacts to a metric; give 'metrics' or 'formula'"),
        ("plateau", {"metrics": [1], "formula": "t"}, "takes one of 'metrics' and 'formula', got both"),
        ("plateau", {"formula": "t +"}, "not an expression"),
        ("plateau", {"metrics": [1, "a"]}, "metrics[1] must be a number, got 'a'"),
        ("plateau", {"metrics": [1], "mode": "x"}, "mode must be one of min, max, got 'x'"),
        ("plateau", {"metrics": [1], "factor": 1.0}, "factor must be < 1, got 1"),
        ("plateau", {"metrics": [1], "rule": "keras", "eps": 0.1}, "eps is no part of keras's rule"),
        ("plateau", {"metrics": [1], "rule": "timm", "eps": 0.1}, "eps is 1e-08 in timm's rule"),
        ("plateau", {"metrics": [1], "rule": "keras", "threshold_mode": "rel"}, "is always abs, got rel"),
        ("plateau", {"metrics": [1], "rule": "optax", "mode": "max"}, "mode of optax's rule is always min"),
        ("plateau", {"metrics": [1], "rule": "optax", "threshold": 0.0}, "needs a threshold or an atol > 0"),
        ("plateau", {"metrics": [1], "rule": "optax", "threshold": 1.5}, "must be ≤ 1, got 1.5"),
        ("plateau", {"metrics": [1], "rule": "optax", "factor": 0.0}, "factor of optax's rule must be > 0"),
        ("plateau", {"metrics": [1], "atol": 0.1}, "atol is no part of pytorch's rule"),
        ("greedy", {"metrics": [1], "min_lr": 2.0}, "max_lr must be ≥ min_lr (2), got 1"),
        ("callback", {"metrics": [1]}, "callback needs 'rules'"),
        ("callback", {"metrics": [1], "rules": []}, "rules must be a list of at least one"),
        ("callback", {"metrics": [1], "rules": [{"when": "stalled"}]}, "rules[0].multiply or 'hold: true'"),
        ("callback", {"metrics": [1], "rules": [{"hold": True}]}, "rules[0] needs 'when'"),
        (
            "callback",
            {"metrics": [1], "rules": [{"when": "stale", "hold": True}]},
            "rules[0].when must be one of improving, stalled, oscillating, rising, got 'stale'",
        ),
        (
            "callback",
            {"metrics": [1], "rules": [{"when": "stalled", "hold": True, "windo": 3}]},
            "rules[0] has no parameter 'windo'; did you mean 'window'?",
        ),
        (
            "callback",
            {"metrics": [1], "rules": [{"when": "oscillating", "window": 2, "multiply": 0.5}]},
            "rules[0].window of an oscillation must be ≥ 3, got 2",
        ),
        (
            "callback",
            {"metrics": [1], "rules": [{"when": "stalled", "hold": True}], "min_lr": 0.5},
            "lr must lie between min_lr and max_lr, got 0.1",
        ),
    ],
)
def test_what_cannot_be_is_refused(type_name: str, parameters: dict[str, object], said: str) -> None:
    with pytest.raises(ScheduleError) as refused:
        make(type_name, lr=0.1, **parameters)
    assert said in str(refused.value)


SPEC = """
lr: 0.1
schedule:
  type: callback
  metrics: [0.5, .nan, 0.4, .inf, 1e-3, 3]
  rules:
    - {when: oscillating, window: 5, multiply: 0.5}
    - {when: stalled, window: 10, %s}
"""


def test_a_spec_holds_metrics_and_rules() -> None:
    (run,) = build(Document(read(SPEC % "multiply: 0.1", "it.yaml"), "it")).runs
    assert isinstance(run.schedule, Callback)
    assert run.steps == 6
    assert run.schedule.rules[1] == Rule(when="stalled", window=10, multiply=0.1)
    assert run.schedule.metrics[2:] == (0.4, INF, 0.001, 3.0)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("multipy: 0.1", "it.yaml:8:35: rules[1] has no parameter 'multipy'; did you mean 'multiply'?"),
        ("multiply: -1", "it.yaml:8:45: rules[1].multiply must be > 0, got -1"),
        ("hold: true, multiply: 1", "it.yaml:8:57: rules[1].multiply or 'hold: true', exactly one of both"),
    ],
)
def test_a_wrong_rule_is_shown_where_it_stands(wrong: str, said: str) -> None:
    with pytest.raises(LrplotError) as refused:
        build(Document(read(SPEC % wrong, "it.yaml"), "it"))
    assert said in str(refused.value)


def test_metrics_that_are_no_list_are_refused_where_they_stand() -> None:
    with pytest.raises(LrplotError, match=r"it.yaml:3:36: metrics must be a list of numbers, got 5"):
        build(Document(read("lr: 1\nsteps: 3\nschedule: {type: plateau, metrics: 5}", "it.yaml"), "it"))


def test_a_formulas_metrics_are_gone_through_once_for_equal_schedules(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    observed: list[int] = []
    react = Greedy.react

    def counted(self: Greedy, state: GreedyState, metrics: np.ndarray) -> Reaction:
        found = react(self, state, metrics)
        observed.append(found.seen)
        return found

    monkeypatch.setattr(Greedy, "react", counted)
    made = [Greedy(lr=0.1, formula="1 / (1 + 0.125 * t)", factor=0.9) for _ in range(5)]
    rates = {float(each(5000)) for each in made}
    assert len(rates) == 1
    assert 5000 <= sum(observed) < 10_000


# Drawn parameters: what each of the rules, and what of it, looks at many metrics together for.
LONG = {
    **{
        rule: ("plateau", {"rule": rule, "mode": ("min", "max")})
        for rule in ("pytorch", "keras", "timm", "mmengine", "paddle")
    },
    "optax": ("plateau", {"rule": "optax", "threshold": (1e-4, 0.1)}),
    "greedy": (
        "greedy",
        {
            "mode": ("min", "max"),
            "threshold_mode": ("rel", "abs"),
            "rise_cooldown": (0, 0, 3),
            "max_lr": 1.0,
            "min_lr": (1e-3, 0.05),
            "smooth": (False, True),
            "window_size": (1, 7, 50),
            "reset_start": (0, 3, 500),
        },
    ),
}
PLATEAUS = {
    "factor": (0.1, 0.9, 0.99),
    "patience": (0, 1, 4, 30),
    "threshold": (0.0, 1e-4, 0.1, 1.5),
    "cooldown": (0, 1, 9, 40),
    "min_lr": (0.0, 1e-3),
}
RULES = [
    {"when": when, "window": window, "by": by, **does}
    for when in CONDITIONS
    for window in (3, 4, 9)
    for by in (0.0, 0.05)
    for does in ({"hold": True}, {"multiply": 0.9}, {"multiply": 1.1})
]


def one_by_one(schedule: Any, state: Any, metrics: list[float]) -> tuple[Any, list[tuple[int, float, str]]]:
    """The state after metrics, and where the rate changed, to what and why, by the rule itself."""
    changes = []
    for i, metric in enumerate(metrics):
        before, state = state.lr, schedule.observe(state, metric)
        if state.lr != before:
            changes.append((i, state.lr, state.cause))
    return state, changes


def together(schedule: Any, state: Any, metrics: list[float]) -> tuple[Any, list[tuple[int, float, str]]]:
    """The same, looking at as many as the schedule likes; no state where the rate has settled."""
    changes, seen, series = [], 0, np.array(metrics)
    while seen < len(metrics):
        found = schedule.react(state, series[seen:])
        changes += [
            (int(i) + seen, float(lr), why)
            for i, lr, why in zip(found.at, found.rates, found.causes, strict=True)
        ]
        if found.settled:
            return None, changes
        state, seen = found.state, seen + found.seen
    return state, changes


def agree(schedule: Any, metrics: list[float], cut: int) -> None:
    """Both ways tell the same of the metrics before the cut, and of those after it."""
    state = schedule.start()
    for part in (metrics[:cut], metrics[cut:]):
        after, changes = one_by_one(schedule, state, part)
        found, same = together(schedule, state, part)
        assert same == changes
        if found is not None:
            # repr, as nan is no nan.
            assert repr(found._replace(cause="")) == repr(after._replace(cause=""))
        state = after


@pytest.mark.parametrize("name", LONG)
def test_metrics_looked_at_together_are_as_those_one_after_the_other(name: str) -> None:
    rng = np.random.default_rng(len(name))
    kind, own = LONG[name]
    for seed in range(35):
        drawn = {
            key: value[rng.integers(len(value))] if isinstance(value, tuple) else value
            for key, value in {**PLATEAUS, **own}.items()
        }
        metrics = long_series(seed)
        agree(make(kind, lr=0.1, metrics=metrics, **drawn), metrics, int(rng.integers(600, 900)))


def test_rules_looked_at_together_are_as_those_one_after_the_other() -> None:
    rng = np.random.default_rng(3)
    for seed in range(60):
        rules = [RULES[i] for i in rng.integers(len(RULES), size=rng.integers(1, 4))]
        metrics = long_series(seed)
        schedule = make(
            "callback", lr=0.1, metrics=metrics, rules=rules, max_lr=1.0, mode=["min", "max"][seed % 2]
        )
        agree(schedule, metrics, int(rng.integers(600, 900)))


@pytest.mark.parametrize("name", LONG)
def test_the_table_of_many_metrics_is_their_trace(name: str) -> None:
    kind, own = LONG[name]
    chosen = {key: value[0] if isinstance(value, tuple) else value for key, value in own.items()}
    metrics = long_series(1)
    schedule = make(kind, lr=0.1, metrics=metrics, patience=3, factor=0.9, cooldown=2, **chosen)
    # In two goes, so that what is remembered between them counts too.
    half = float(schedule(700))
    expected = [row.rate for row in schedule.trace(len(metrics))]
    assert (half, schedule.table(len(metrics)).tolist()) == (expected[700], expected)


@pytest.mark.parametrize("when", CONDITIONS)
def test_a_condition_of_many_windows_is_that_of_each(when: str) -> None:
    for seed in range(20):
        metrics = np.array(long_series(seed))[:200]
        for window in (3, 4, 10):
            for by in (0.0, 0.05):
                with np.errstate(invalid="ignore"):
                    answers = OF_SERIES[when](metrics, window, by).tolist()
                windows = [metrics[i : i + window].tolist() for i in range(len(metrics) - window + 1)]
                assert answers == [CONDITIONS[when](each, by) for each in windows]
