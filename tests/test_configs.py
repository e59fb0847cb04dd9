"""The specs in configs/: each is read, and draws the numbers of its source (DOCUMENTS §2, the papers)."""

from pathlib import Path

import numpy as np
import pytest

from lrplot.reference import load

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
    "lr_range_test": {0: 1e-6, 1000: 10**-2.5},
}


def test_every_config_has_probe_values() -> None:
    assert {path.stem for path in CONFIGS} == set(PROBES)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_config_draws_its_sources_numbers(path: Path) -> None:
    (run,) = load(str(path))
    probes = PROBES[path.stem]
    np.testing.assert_allclose(run.schedule(list(probes)), list(probes.values()), rtol=1e-7, atol=1e-12)
    assert max(probes) < run.steps


def test_no_two_configs_draw_one_picture() -> None:
    names = [(load(str(path))[0].style.output or f"{path.stem}.png").casefold() for path in CONFIGS]
    assert len(names) == len(set(names))
