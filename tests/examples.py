"""Schedules on which every law is tried: each type, its switches, and some of them inside each other."""

import math

from lrplot.schedules import schedule_class
from lrplot.schedules.base import Schedule

HORIZONS = (1, 2, 57, 100, 101, 5003)


def make(type_name: str, **parameters: object) -> Schedule:
    return schedule_class(type_name)(**parameters)  # type: ignore[arg-type]


_COSINE = make("cosine", lr=0.3, eta_min=0.01, T_max=57.0)
_RESTARTS = make("cosine_restarts", lr=0.3, T_0=10.0, eta_min=0.02)

# A loss with two plateaus, and the same loss as training would hand it over, a few bad values among it.
_LOSS = "0.2 + exp(-t / 9) + 0.1 * (t < 60) + 0.02 * cos(3 * t) * (t > 20)"
_LOSSES = [
    0.2 + math.exp(-t / 9) + 0.1 * (t < 60) + 0.02 * math.cos(3 * t) * (t > 20) for t in range(max(HORIZONS))
]
_LOSSES[30:33] = [math.nan, math.inf, math.nan]
_RULES = [
    {"when": "rising", "window": 4, "by": 0.05, "hold": True},
    {"when": "oscillating", "window": 4, "by": 0.001, "multiply": 0.7},
    {"when": "stalled", "window": 6, "multiply": 1.3},
]

EXAMPLES: dict[str, Schedule] = {
    "constant": make("constant", lr=0.3),
    "step": make("step", lr=0.3, step_size=7.0, gamma=0.6),
    "step, fractional": make("step", lr=0.3, step_size=3.3, gamma=0.9),
    "step, growing": make("step", lr=0.3, step_size=40.0, gamma=1.5),
    "multistep": make("multistep", lr=0.3, milestones=[60, 20, 20, 91.5], gamma=0.4),
    "piecewise, hold": make("piecewise", points=[(5, 0.3), (20, 0.1), (80, 0.2)]),
    "piecewise, linear": make("piecewise", points=[(5, 0.3), (20, 0.1), (80, 0.2)], between="linear"),
    "piecewise, cosine": make("piecewise", points=[(0, 0.3), (20.5, 0.1), (80, 0.0)], between="cosine"),
    "piecewise, exponential": make("piecewise", points=[(0, 0.3), (20, 0.001)], between="exponential"),
    "exponential": make("exponential", lr=0.3, gamma=0.97),
    "exponential, rate": make("exponential", lr=0.3, rate=0.5, period=20.0),
    "exponential, staircase": make("exponential", lr=0.3, gamma=0.8, period=6.5, staircase=True),
    "exponential, floor": make("exponential", lr=0.3, gamma=0.95, min_lr=0.07),
    "exponential, growing": make("exponential", lr=1e-6, gamma=10.0, period=30.0),
    "inverse_time": make("inverse_time", lr=0.3, rate=0.7, period=9.0),
    "inverse_time, staircase": make("inverse_time", lr=0.3, rate=0.7, period=9.0, staircase=True),
    "linear": make("linear", lr=0.3, end_lr=0.02, T_max=61.0),
    "linear, rising": make("linear", lr=0.02, end_lr=0.3, T_max=60.5),
    "polynomial": make("polynomial", lr=0.3, end_lr=0.02, T_max=61.0, power=2.5),
    "polynomial, root": make("polynomial", lr=0.3, T_max=61.0, power=0.4),
    "polynomial, cycle": make("polynomial", lr=0.3, end_lr=0.02, T_max=13.0, power=2.0, cycle=True),
    "polynomial, fractional cycle": make("polynomial", lr=0.3, T_max=13.5, cycle=True),
    "cosine": _COSINE,
    "cosine, rise": make("cosine", lr=0.3, eta_min=0.01, T_max=17.0, after="rise"),
    "cosine, rise in one": make("cosine", lr=0.3, eta_min=0.01, T_max=1.0, after="rise"),
    "cosine, fractional rise": make("cosine", lr=0.3, T_max=17.25, after="rise"),
    "cosine, upward": make("cosine", lr=0.01, eta_min=0.3, T_max=57.0),
    "cosine, exponent": make("cosine", lr=0.3, eta_min=0.01, T_max=57.0, exponent=1.7),
    "restarts": _RESTARTS,
    "restarts, in ones": make("cosine_restarts", lr=0.3, T_0=1.0),
    "restarts, fractional": make("cosine_restarts", lr=0.3, T_0=100 / 3, decay=0.8),
    "restarts, doubling": make("cosine_restarts", lr=0.3, T_0=7.0, T_mult=2.0, decay=0.9),
    "restarts, growing": make("cosine_restarts", lr=0.3, T_0=25.0, T_mult=1.2),
    "restarts, counted": make("cosine_restarts", lr=0.3, T_0=12.0, eta_min=0.03, cycles=3),
    "restarts, on a floor": make(
        "cosine_restarts", lr=0.3, T_0=7.0, T_mult=1.5, eta_min=0.03, decay=0.7, shrinks="swing"
    ),
    "cyclic": make("cyclic", base_lr=0.02, max_lr=0.3, step_size_up=9.0),
    "cyclic, unequal": make("cyclic", base_lr=0.02, max_lr=0.3, step_size_up=9.0, step_size_down=4.5),
    "cyclic, halving": make("cyclic", base_lr=0.02, max_lr=0.3, step_size_up=9.0, mode="triangular2"),
    "cyclic, shrinking": make(
        "cyclic", base_lr=0.02, max_lr=0.3, step_size_up=19.0, mode="exp_range", gamma=0.9
    ),
    "cyclic, growing": make(
        "cyclic",
        base_lr=0.02,
        max_lr=0.3,
        step_size_up=19.0,
        mode="exp_range",
        gamma=1.04,
        cycle_momentum=False,
    ),
    "onecycle, rising only": make(
        "onecycle", max_lr=0.3, total_steps=95, pct_start=1.0, cycle_momentum=False
    ),
    "onecycle": make("onecycle", max_lr=0.3, total_steps=90),
    "onecycle, linear": make(
        "onecycle", max_lr=0.3, total_steps=95, anneal_strategy="linear", pct_start=0.41
    ),
    "onecycle, three phases": make("onecycle", max_lr=0.3, total_steps=95, three_phase=True),
    "onecycle, falling at once": make("onecycle", max_lr=0.3, total_steps=95, pct_start=0.0),
    "inverse_sqrt": make("inverse_sqrt", lr=0.3, timescale=11.0),
    "wsd": make("wsd", lr=0.3, total_steps=90.0, decay_steps=31.0, min_lr=0.02),
    "wsd, cosine": make("wsd", lr=0.3, total_steps=90.0, decay_steps=31.0, decay="cosine"),
    "wsd, root": make("wsd", lr=0.3, total_steps=90.0, decay_steps=30.5, decay="1-sqrt"),
    "wsd, exponential": make("wsd", lr=0.3, total_steps=90.0, decay_steps=31.0, decay="exponential"),
    "rex": make("rex", lr=0.3, T_max=77.0),
    "tanh": make("tanh", lr=0.3, T_max=77.0, eta_min=0.02),
    "lambda": make("lambda", lr=0.3, factor="1.0 if epoch < 2 else 0.9 ** t", steps_per_epoch=5),
    "multiplicative": make("multiplicative", lr=0.3, factor="0.9 if t % 3 == 0 else 1.0"),
    "multiplicative, from zero": make("multiplicative", lr=0.3, factor="0.9", from_zero=True),
    "multiplicative, with an addend": make(
        "multiplicative", lr=0.3, factor="0.9", plus="0.02 * (t % 7 == 0)"
    ),
    "recurrence": make(
        "recurrence",
        lr=0.3,
        parts=[
            make("multiplicative", lr=0.3, factor="0.97"),
            make("stepped", schedule=make("constant", lr=0.2), first=13, every=29, last=80),
            make("multiplicative", lr=0.3, factor="1", plus="0.001"),
        ],
    ),
    "stepped": make("stepped", schedule=make("exponential", lr=0.3, gamma=0.8), first=5, every=7),
    "stepped, for a while": make("stepped", schedule=_COSINE, first=3, last=61, start=0),
    "stepped, now and then": make("stepped", schedule=_RESTARTS, first=4, every=3, last=92, start=6),
    "noisy": make("noisy", schedule=_COSINE, std=0.3, seed=7, start=11, stop=83),
    "plateau": make("plateau", lr=0.3, metrics=_LOSSES, factor=0.5),
    "plateau, formula": make("plateau", lr=0.3, formula=_LOSS, patience=3, cooldown=2, min_lr=0.01),
    "plateau, keras": make("plateau", lr=0.3, metrics=_LOSSES, rule="keras", patience=6, factor=0.8),
    "plateau, optax": make("plateau", lr=0.3, formula=_LOSS, rule="optax", min_lr=0.05, factor=0.7),
    "plateau, timm": make("plateau", lr=0.3, formula=_LOSS, rule="timm", patience=17),
    "plateau, of epochs": make("plateau", lr=0.3, formula="2 - min(epoch, 9)", steps_per_epoch=4),
    "callback": make("callback", lr=0.3, metrics=_LOSSES, rules=_RULES, min_lr=0.01, max_lr=0.5),
    "greedy": make("greedy", lr=0.3, metrics=_LOSSES, patience=3, factor=0.8, reset_start=5),
    "greedy, smooth": make("greedy", lr=0.3, formula=_LOSS, patience=2, smooth=True, window_size=7),
    "sequence": make(
        "sequence", parts=[make("linear", lr=0.02, end_lr=0.3, T_max=9.0), _COSINE], lengths=[12]
    ),
    "sequence, of restarts": make("sequence", parts=[_RESTARTS, make("constant", lr=0.05)], lengths=[33]),
    "product": make("product", lr=0.3, factors=[_COSINE, make("exponential", lr=0.3, gamma=0.98)]),
    "product, contrary": make(
        "product", lr=0.3, factors=[_COSINE, make("linear", lr=0.1, end_lr=0.3, T_max=30.0)]
    ),
    "product, of restarts": make(
        "product", lr=0.3, factors=[_RESTARTS, make("exponential", lr=0.3, gamma=0.98)]
    ),
    "warmup": make("warmup", schedule=_COSINE, steps=13),
    "warmup, none": make("warmup", schedule=_COSINE, steps=0),
    "warmup, constant": make("warmup", schedule=_COSINE, steps=13, shape="constant", start_factor=0.2),
    "warmup, cosine": make("warmup", schedule=_COSINE, steps=13, shape="cosine", start_lr=0.04),
    "warmup, exponential": make("warmup", schedule=_COSINE, steps=13, shape="exponential", start_factor=0.1),
    "warmup, log": make("warmup", schedule=_RESTARTS, steps=13, shape="log"),
    "warmup, underneath": make("warmup", schedule=_COSINE, steps=13, prefix=False),
    "warmup, to the curve": make("warmup", schedule=_COSINE, steps=13, prefix=False, target="curve"),
    "warmup, of onecycle": make("warmup", schedule=make("onecycle", max_lr=0.3, total_steps=60), steps=13),
    "epochwise": make("epochwise", schedule=make("cosine", lr=0.3, T_max=20.0), steps_per_epoch=7),
    "epochwise, of restarts": make("epochwise", schedule=_RESTARTS, steps_per_epoch=4),
    "epochwise, of steps": make("epochwise", schedule=make("step", lr=0.3, step_size=3.0), steps_per_epoch=4),
    "warmup, of plateau": make("warmup", schedule=make("plateau", lr=0.3, metrics=_LOSSES), steps=13),
    "sequence, of plateau": make(
        "sequence",
        parts=[make("plateau", lr=0.3, formula=_LOSS, patience=4), make("constant", lr=0.05)],
        lengths=[33],
    ),
    "epochwise, of plateau": make(
        "epochwise", schedule=make("plateau", lr=0.3, metrics=_LOSSES, patience=4), steps_per_epoch=7
    ),
    "excerpt, begun late": make("excerpt", schedule=_RESTARTS, start=7),
    "excerpt, held": make(
        "excerpt", schedule=make("cosine", lr=0.3, T_max=20.0, after="rise"), start=3, end=50
    ),
    "excerpt, three at once": make("excerpt", schedule=_COSINE, start=4, stride=3),
    "excerpt, three at once and held": make("excerpt", schedule=_RESTARTS, start=2, end=90, stride=3),
    "excerpt, of onecycle": make("excerpt", schedule=make("onecycle", max_lr=0.3, total_steps=90), end=41),
}

# What reacts to a metric is no function of the step: its export is tested apart.
REACTING = {name for name in EXAMPLES if any(kind in name for kind in ("plateau", "callback", "greedy"))}
# What adds to the current rate or draws noise has no closed form, and no framework has a class for it.
RECURSIVE = ("multiplicative, with an addend", "recurrence", "noisy")
