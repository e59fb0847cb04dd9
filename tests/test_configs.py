"""The specs in configs/: each is read, and draws the numbers of its source (DOCUMENTS §2, the papers)."""

from pathlib import Path

import numpy as np
import pytest

from lrplot.curve import simulated
from lrplot.sources.reference import load

CONFIGS = sorted((Path(__file__).parents[1] / "configs").glob("*.yaml"))

PROBES: dict[str, dict[int, float]] = {
    "001_step_decay": {29: 0.1, 30: 0.01, 60: 0.001, 99: 1e-4},
    "001_exponential_decay": {50: 0.0076944975, 99: 6.232136e-4},
    "001_multistep_decay": {60: 0.02, 120: 0.004, 160: 0.0008},
    "001_warmup": {1: 1e-4, 1000: 0.1, 5500: 0.05},
    "001_cosine_annealing": {25: 0.05, 49: 9.8663579e-5},
    "001_onecycle": {0: 0.004, 299: 0.1, 650: 0.049775802, 999: 4e-7},
    "003_exponential_decay": {1000: 0.096, 10000: 0.0664832636, 50000: 0.0129885794},
    "003_cosine_annealing": {5: 0.0505, 9: 0.0034227024, 10: 0.1},
    # 90 epochs of 5005 steps: 5 of warm-up
    "warmup_cosine": {0: 0.0, 25025: 0.1, 450449: 1e-5},
    "resnet50_multistep": {0: 0.01, 25025: 0.1, 150150: 0.01, 300300: 0.001, 400400: 1e-4},
    "bert_linear": {5000: 5e-5, 10000: 1e-4, 505000: 5e-5},
    # d_model^-0.5 · min(t^-0.5, t · 4000^-1.5) with d_model 512
    "noam": {
        4000: 512**-0.5 * 4000**-0.5,
        2000: 512**-0.5 * 2000 * 4000**-1.5,
        16000: 512**-0.5 * 16000**-0.5,
    },
    "wsd": {1000: 5e-4, 2000: 1e-3, 90000: 1e-3, 92500: 5e-4},
    # cycles of 10, 20, 40 and 80 epochs of 390 steps
    "sgdr": {0: 0.05, 1950: 0.025, 3900: 0.05, 11700: 0.05, 27300: 0.05, 42900: 0.025},
    "clr": {0: 0.001, 2000: 0.006, 4000: 0.001, 6000: 0.0035, 10000: 0.00225},
    "001_constant": {0: 0.1, 99: 0.1},
    "002_lambda_levels": {9: 0.1, 10: 0.01, 50: 0.001},
    "003_step_half": {0: 0.1, 10: 0.05, 20: 0.025, 30: 0.0125, 40: 0.00625},
    # rules over the last 6 losses: they swing by 0.16 from 0 on, by 0.06 from 26 on, and are still from 44 on
    "callback": {0: 0.1, 7: 0.1, 8: 0.05, 43: 0.0015625, 44: 0.001, 59: 0.001},
    # 2 epochs of 500 steps up; half-way down the mean of peak and floor
    "parameter_groups": {0: 0.0, 1000: 0.01, 8000: 0.005005},
    "lr_range_test": {0: 1e-6, 1000: 10**-2.5},
}


# Several curves in one picture: the values by label.
OVERLAYS: dict[str, dict[str, dict[int, float]]] = {
    "figure_look": {"Ours": {5: 0.1}, "StepLR": {30: 0.01}, r"$\eta_0\,(1 - t/T)$": {45: 0.05}},
    "figure_paper": {
        "cosine": {4000: 6e-4, 52000: 3.3e-4},
        "linear": {4000: 6e-4, 52000: 3.3e-4},
        "inverse sqrt": {2000: 3e-4, 4000: 6e-4, 16000: 3e-4},
    },
    # the last 1907 of 9537 updates come down
    "figure_tokens": {
        "cosine": {200: 3e-4},
        "warm-up, stable, decay": {100: 1.5e-4, 200: 3e-4, 7629: 3e-4},
    },
    "resumed": {"resumed at 40": {0: 0.05868240888334653, 5: 0.05}, "begun anew": {0: 0.1, 25: 0.05}},
    # live figures of the frameworks: FRAMEWORKS §3, 1 and 3
    "frameworks_cosine": {
        "PyTorch": {25: 0.05, 50: 0.0, 75: 0.05},
        "Keras": {25: 0.05, 50: 0.0, 75: 0.0},
        "timm": {25: 0.05, 50: 0.0, 75: 0.0},
    },
    "frameworks_warmup": {
        "PyTorch": {0: 0.001, 10: 0.1, 55: 0.05, 100: 0.0, 130: 0.025},
        "Keras": {0: 0.0, 10: 0.1, 55: 0.05, 100: 0.0, 130: 0.0},
        "Transformers": {0: 0.0, 10: 0.1, 55: 0.05, 100: 0.0, 130: 0.025},
        "Optax": {0: 0.0, 10: 0.1, 55: 0.05, 100: 0.0, 130: 0.0},
        "timm": {0: 0.0, 9: 0.09, 55: 0.0328989928, 90: 0.0},
    },
    # PyTorch's and Keras' own classes on the same losses: 32, 50 and 21, 31, 36, 49, 54
    "plateau": {
        "PyTorch": {31: 0.1, 32: 0.01, 49: 0.01, 50: 0.001},
        "Keras": {20: 0.1, 21: 0.01, 31: 0.001, 36: 1e-4, 49: 1e-5, 53: 1e-5, 54: 1e-6},
    },
    "adaptive": {
        "Adagrad": {0: 0.01},
        "Adagrad (Keras)": {0: 0.01},
        "RMSprop": {0: 0.01},
        "RMSprop (Keras)": {0: 0.01},
        "Adam": {0: 0.001},
        "AdamW": {0: 0.001},
    },
    "adam_start": {"Adam": {59: 0.001}, "RMSprop": {59: 0.001}},
    "adamw_decay": {"Adam, weight decay 0.5": {0: 0.01}, "AdamW, weight decay 0.5": {199: 0.01}},
    "fixed_rates": {
        "constant 2.1, too large": {599: 2.1},
        "constant 1": {599: 1.0},
        "constant 0.02": {599: 0.02},
        "step, 1 and less": {199: 1.0, 200: 0.1, 400: 0.01},
    },
    "simulated": {
        "constant": {999: 1.0},
        "step": {299: 1.0, 300: 0.1},
        "cosine": {500: 0.5},
        "onecycle": {299: 1.0, 999: 4e-6},
    },
    "cosine_vs_onecycle": {"cosine": {500: 0.05}, "onecycle": {299: 0.1, 999: 4e-7}},
    "004_exponential_gammas": {
        "gamma=0.98": {100: 0.013261956},
        "gamma=0.90": {1: 0.09},
        "gamma=0.95": {2: 0.09025},
    },
    "004_step_gammas": {"gamma=0.65": {60: 0.04225}, "gamma=0.5": {30: 0.05}, "gamma=0.1": {60: 0.001}},
    "004_cosine_periods": {"T_max=150": {150: 0.0, 300: 0.1}, "T_max=50": {50: 0.0, 100: 0.1, 300: 0.1}},
    "001_warmup_combinations": {
        "warm-up + cosine": {1000: 0.1, 5500: 0.05},
        "warm-up + linear": {1000: 0.1, 5500: 0.05},
        "warm-up + exponential": {1000: 0.1, 1200: 0.095},
    },
    "001_warm_restarts": {
        "every 10 epochs": {60: 0.1},
        "each cycle twice as long": {30: 0.1, 20: 0.05, 50: 0.05},
    },
    "003_cyclic": {
        "triangular": {2000: 0.1, 4000: 0.001, 6000: 0.1},
        "triangular2": {2000: 0.1, 6000: 0.0505, 10000: 0.02575, 14000: 0.013375},
        "exp_range, gamma 0.9999": {2000: 0.001 + 0.099 * 0.9999**2000, 4000: 0.001},
    },
    "003_cosine_annealing_readings": {
        "restarts every 10": {9: 0.0034227024, 10: 0.1},
        "the formula without a restart": {10: 0.001, 20: 0.1},
        "small at both ends": {0: 0.001, 5: 0.1, 10: 0.001},
    },
    "001_onecycle_readings": {
        "the call (cos, 30 %)": {0: 0.004, 299: 0.1, 999: 4e-7},
        "the words (linear halves)": {0: 0.004, 499: 0.1, 999: 4e-7},
        "the paper (three phases)": {449: 0.1, 898: 0.004, 999: 4e-7},
    },
    "002_cosine_after_end": {
        "PyTorch, T_max 50 (rises)": {50: 0.0, 75: 0.05},
        "Keras, decay_steps 50 (holds)": {50: 0.0, 75: 0.0},
    },
    "002_lambda_absolute_recursive": {
        "PyTorch LambdaLR": {9: 0.1, 10: 0.01, 11: 0.01, 50: 0.001},
        "Keras schedule(epoch, lr)": {9: 0.1, 10: 0.01, 11: 0.001, 49: 1e-41},
    },
    "002_exponential_staircase": {
        "staircase": {199: 0.096, 200: 0.09216, 5000: 0.0129885794},
        "smooth": {100: 0.096, 5000: 0.0129885794},
    },
    "002_warmup_cosine_forms": {
        "after the warm-up": {1000: 0.1, 5500: 0.05},
        "underneath it": {999: 0.0999, 1000: 0.0975528, 5500: 0.0421783},
    },
    "003_smooth_or_steps": {
        "step, 0.5 every 10": {0: 0.1, 10: 0.05, 20: 0.025},
        "exponential, 0.5 in 10": {0: 0.1, 10: 0.05, 20: 0.025},
    },
}


def test_every_config_has_probe_values() -> None:
    assert {path.stem for path in CONFIGS} == {*PROBES, *OVERLAYS}


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_draws_its_sources_numbers(name: str) -> None:
    runs = {run.label: run for run in load(str(CONFIGS[0].parent / f"{name}.yaml"))}
    for label, probes in OVERLAYS[name].items():
        np.testing.assert_allclose(
            runs[label].schedule(list(probes)), list(probes.values()), rtol=1e-6, atol=1e-45
        )
        assert max(probes) < runs[label].steps


def optimized(name: str) -> dict[str, np.ndarray]:
    """What the panel of a config with optimizers shows, by label."""
    runs = load(str(CONFIGS[0].parent / f"{name}.yaml"))
    return {
        run.label: run.optimization.series(run.style.updates, run.schedule, run.steps)  # type: ignore[union-attr]
        for run in runs
    }


def test_adagrads_effective_rate_only_shrinks_and_the_frameworks_differ_at_the_start() -> None:
    shown = optimized("adaptive")
    assert (np.diff(shown["Adagrad"], axis=0) < 0).all()
    # |Δθ|/|g| of the first update: lr/|g| in PyTorch, lr/√(g² + 0.1) in Keras
    ratio = shown["Adagrad"][0] / shown["Adagrad (Keras)"][0]
    assert (ratio > 1).all()
    assert (shown["RMSprop"][0] > 3 * shown["RMSprop (Keras)"][0]).all()


def test_adams_first_updates_are_as_long_as_the_later_and_rmsprops_ten_times() -> None:
    shown = optimized("adam_start")
    np.testing.assert_allclose(shown["Adam"], -0.001, rtol=1e-6)
    np.testing.assert_allclose(shown["RMSprop"][0], -0.01, rtol=1e-6)


def test_decoupled_decay_is_a_share_and_coupled_decay_a_stretch() -> None:
    shown = optimized("adamw_decay")
    np.testing.assert_allclose(shown["AdamW, weight decay 0.5"], 0.995 ** np.arange(200), rtol=1e-12)
    np.testing.assert_allclose(shown["Adam, weight decay 0.5"][1], 1 - 0.01, rtol=1e-6)


def test_the_best_schedule_of_the_simulated_picture_is_the_cosine_and_the_constant_is_last() -> None:
    runs = [simulated(run) for run in load(str(CONFIGS[0].parent / "simulated.yaml"))]
    order = sorted(runs, key=lambda run: run.simulation.final)  # type: ignore[union-attr]
    assert [run.label for run in order] == ["cosine", "onecycle", "step", "constant"]


def test_a_rate_too_large_diverges_and_a_step_ends_below_the_fixed_rates() -> None:
    runs = {run.label: simulated(run) for run in load(str(CONFIGS[0].parent / "fixed_rates.yaml"))}
    assert runs["constant 2.1, too large"].simulation.diverged  # type: ignore[union-attr]
    finals = [runs[name].simulation.final for name in ("step, 1 and less", "constant 1", "constant 0.02")]  # type: ignore[union-attr]
    assert finals == sorted(finals)


def test_the_documents_words_are_not_what_one_gammath_would_be() -> None:
    assert load(str(CONFIGS[0].parent / "004_step_gammas.yaml"))[2].schedule(30) == pytest.approx(0.065)


@pytest.mark.parametrize(
    "path", [path for path in CONFIGS if path.stem in PROBES], ids=lambda path: path.stem
)
def test_a_config_draws_its_sources_numbers(path: Path) -> None:
    (run,) = load(str(path))
    probes = PROBES[path.stem]
    np.testing.assert_allclose(run.schedule(list(probes)), list(probes.values()), rtol=1e-7, atol=1e-12)
    assert max(probes) < run.steps


def test_no_two_configs_draw_one_picture() -> None:
    names = [(load(str(path))[0].style.output or f"{path.stem}.png").casefold() for path in CONFIGS]
    assert len(names) == len(set(names))
