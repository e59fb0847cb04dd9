"""Scripts as people report them, with the rates that their training really had.

Beside NAME.py stands NAME.expected.json: rates of the real framework run, or hand arithmetic (its ``unit`` says so).
"""

import json
from pathlib import Path
from typing import Any

import pytest

from lrplot.document.overrides import Overrides
from lrplot.errors import LrplotError
from lrplot.run import spread
from lrplot.sources.reference import load

CASES = Path(__file__).parent / "cases"
EXPECTED = sorted(path.name.removesuffix(".expected.json") for path in CASES.glob("*.expected.json"))
OPTIONS: dict[str, dict[str, dict[str, str]]] = {
    "accelerate_8proc": {"bindings": {"accelerator.num_processes": "8"}},
    "ds_7303": {"settings": {"steps": "20"}},
    "lightning_epoch": {"settings": {"steps_per_epoch": "100"}},
    "mae_adjust": {
        "bindings": {"cfg.lr": "1e-3", "cfg.min_lr": "0", "cfg.warmup_epochs": "5", "cfg.epochs": "100"}
    },
}
"""What the message asked for."""
WITHOUT_END = {"d2_lazy", "katsura_8", "mesh_185", "saltnet_7"}
"""Texts that do not say how long they train."""


def drawn(name: str) -> Any:
    (path,) = [each for each in CASES.glob(f"{name}.*") if not each.name.endswith(".expected.json")]
    return load(str(path), Overrides(**OPTIONS.get(name, {})))


@pytest.mark.parametrize("name", EXPECTED)
def test_a_reported_script_is_drawn_as_it_trained(name: str) -> None:
    expected = json.loads((CASES / f"{name}.expected.json").read_text(encoding="utf-8"))
    (run,) = drawn(name)
    peak = max(expected["rates"].values())
    for step, rate in expected["rates"].items():
        assert run.schedule(int(step)) == pytest.approx(rate, abs=1e-9 * peak), step
    assert run.steps == expected["steps"] or name in WITHOUT_END


@pytest.mark.parametrize(
    ("name", "rates"),
    [
        # LambdaLR's factor is already the rate: the rate is its square.
        ("pt78917", {0: 1e-6, 50: 1e-6}),
        ("mic60_lambda_lr_twice", {0: 1e-4, 1000: 1e-4 * 2**-0.75, 29_999: 1e-4 * 30.999**-0.75}),
        # One scheduler step an epoch of a one-cycle made for 5000 steps: its first five rates.
        ("pt65417", {0: 0.004, 4: 0.0040016867}),
        ("annotated_old", {0: 512**-0.5 * 4000**-1.5, 3999: 512**-0.5 * 4000**-0.5}),
        ("annotated_30", {0: 512**-0.5 * 4000**-1.5, 4000: 512**-0.5 * 4000**-0.5}),
        ("kerashub_564", {0: 0.0, 50: 5e-5, 100: 1e-4, 550: 5e-5}),
        ("simclr_keras", {0: 0.0, 500: 0.3, 1000: 0.6}),
        ("yolov8_one_cycle", {0: 0.01, 50: 0.00505}),
        ("neox_1008", {0: 0.0, 50: 5e-4, 100: 1e-3}),
    ],
)
def test_a_script_without_a_run_of_its_own_is_drawn_as_arithmetic_says(
    name: str, rates: dict[int, float]
) -> None:
    (run,) = drawn(name)
    for step, rate in rates.items():
        assert run.schedule(step) == pytest.approx(rate, rel=2e-5, abs=1e-12), step


def test_parameter_groups_of_a_report_are_curves_of_their_own() -> None:
    assert [float(run.schedule(100)) for run in spread(drawn("lightning_11269"))] == [1.0, 2e-5]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "main_called_unknown",
            "'args.step_size', 'args.lr' are not known here; bind them: --let args.step_size=… ",
        ),
        ("keras_set_value", "keras_set_value.py:5:9: the rate is also set by hand here"),
        ("fastai", "fastai.py:3:1: fastai's one-cycle is not read"),
    ],
)
def test_what_is_refused_is_named(name: str, said: str) -> None:
    with pytest.raises(LrplotError) as told:
        drawn(name)
    assert said in str(told.value)


def test_a_base_rate_bound_to_a_word_is_refused() -> None:
    with pytest.raises(LrplotError, match="the base rate must be a number, got 'abc'"):
        load("docs/scripts/loop.ipynb", Overrides(bindings={"base": "abc"}))
