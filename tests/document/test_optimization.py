"""Optimizers in a spec: what they are given, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

from lrplot.document.dump import dump
from lrplot.document.overrides import Overrides, Said
from lrplot.errors import LrplotError
from lrplot.run import Run
from lrplot.sources.reference import load

# The first updates of the documents' own calls under a gradient of 0.5 (DOCUMENTS §4).
FIRST = {
    "optim.Adagrad(model.parameters(), lr=0.01)": 0.0100,
    "Adagrad(learning_rate=0.01)": 0.00845,
    "optim.RMSprop(model.parameters(), lr=0.01)": 0.1000,
    "RMSprop(learning_rate=0.01)": 0.0316,
    "optim.Adam(model.parameters(), lr=0.001)": 0.001,
    "Adam(learning_rate=0.001)": 0.001,
    "optim.AdamW(model.parameters(), lr=0.001)": 0.001,
}


def effective(run: Run) -> list[float]:
    assert run.optimization is not None
    return np.ravel(run.optimization.series("effective_lr", run.schedule, run.steps)).tolist()  # type: ignore[no-any-return]


def spec(folder: Path, text: str) -> tuple[Run, ...]:
    (folder / "spec.yaml").write_text(text)
    return load(str(folder / "spec.yaml"))


@pytest.mark.parametrize("call", FIRST)
def test_a_call_of_the_documents_makes_the_documents_first_update(call: str) -> None:
    (run,) = load(call, Overrides(settings={"gradients": "0.5"}))
    assert effective(run)[0] * 0.5 == pytest.approx(FIRST[call], rel=1e-3)


@pytest.mark.parametrize(
    "gradients",
    ["[0.5, 0.25]", "[[0.5], [0.25]]", "0.5 if t < 1 else 0.25", "g.csv", "g.csv#w", "g.npy"],
)
def test_the_ways_to_give_gradients_say_the_same(tmp_path: Path, gradients: str) -> None:
    (tmp_path / "g.csv").write_text("w\n0.5\n0.25\n")
    np.save(tmp_path / "g.npy", np.array([0.5, 0.25]))
    text = f"optimizer: {{type: adagrad, lr: 0.01}}\nsteps: 2\ngradients: {gradients}\n"
    (run,) = spec(tmp_path, text)
    # √0.25 and √0.3125 are what Adagrad divides by
    np.testing.assert_allclose(effective(run), [0.01 / 0.5, 0.01 / 0.3125**0.5], rtol=1e-9)


def test_seeded_gradients_are_the_same_again_and_a_column_a_parameter(tmp_path: Path) -> None:
    text = "optimizer: {type: adam, lr: 0.001}\nsteps: 5\ngradients: {parameters: 3, seed: 7}\n"
    (first,), (again,) = spec(tmp_path, text), spec(tmp_path, text)
    assert len(effective(first)) == 15
    assert effective(first) == effective(again)


def test_a_sweep_reaches_the_optimizer(tmp_path: Path) -> None:
    text = (
        "optimizer: {type: rmsprop, lr: 0.01}\ngradients: '0.5'\nsteps: 1\n"
        "sweep: {optimizer.alpha: [0.99, 0.9]}\n"
    )
    slow, fast = spec(tmp_path, text)
    assert [slow.label, fast.label] == ["optimizer.alpha=0.99", "optimizer.alpha=0.9"]
    # the root of the share that the first squared gradient has in the mean: 0.1 and 0.3162
    np.testing.assert_allclose(effective(slow) + effective(fast), [0.01 / 0.05, 0.01 / 0.158114], rtol=1e-5)


def test_several_optimizers_have_their_own_rates_until_one_is_said_for_all(tmp_path: Path) -> None:
    text = (
        "optimizers: {a: {type: adagrad, lr: 0.01}, b: {type: adam, lr: 0.001}}\n"
        "gradients: '0.5'\nsteps: 3\nschedule: {type: step, step_size: 1}\n"
    )
    runs = spec(tmp_path, text)
    assert [(run.label, float(run.schedule(0))) for run in runs] == [("a", 0.01), ("b", 0.001)]
    said = load(str(tmp_path / "spec.yaml"), Overrides(settings={"lr": "0.5"}))
    assert [float(run.schedule(0)) for run in said] == [0.5, 0.5]


def test_gradients_give_the_horizon_where_nothing_else_does(tmp_path: Path) -> None:
    (run,) = spec(tmp_path, "optimizer: {type: sgd, lr: 1}\ngradients: [1, 2, 3]\n")
    assert run.steps == 3
    assert effective(run) == [1, 1, 1]


def test_a_schedulers_script_shows_its_optimizers_updates_once_gradients_are_given() -> None:
    script = "opt = torch.optim.Adagrad(w, lr=0.1, eps=1.5)\ns = StepLR(opt, 1, gamma=0.5)"
    (plain,) = load(script)
    assert plain.optimization is None
    (run,) = load(script, Overrides(settings={"gradients": "0.5", "steps": "2"}))
    # 0.1 · g / (|g| + eps), then half the rate over √(2 g²) + eps
    np.testing.assert_allclose(effective(run), [0.1 / 2, 0.05 / (0.5**0.5 + 1.5)], rtol=1e-9)


def test_a_name_is_drawn_at_its_frameworks_own_rate() -> None:
    rates = {name: float(load(name)[0].schedule(0)) for name in ("adagrad", "rmsprop", "adam", "AdamW")}
    assert rates == {"adagrad": 0.01, "rmsprop": 0.01, "adam": 0.001, "AdamW": 0.001}


def test_what_is_written_says_the_same_again(tmp_path: Path) -> None:
    text = (
        "optimizer: {type: adamw, rule: keras, lr: 0.01, betas: [0.8, 0.9]}\n"
        "gradients: {seed: 3, mean: 1}\nweights: 2\nsteps: 4\n"
    )
    (run,) = spec(tmp_path, text)
    (again,) = spec(tmp_path, dump([run]))
    assert effective(again) == effective(run)


def test_several_optimizers_are_written_with_their_rates_and_a_sweep_with_its_one(tmp_path: Path) -> None:
    adaptive = load(str(Path(__file__).parents[2] / "configs/adaptive.yaml"))
    again = spec(tmp_path, dump(adaptive))
    assert [run.label for run in again] == [run.label for run in adaptive]
    assert [effective(run) for run in again] == [effective(run) for run in adaptive]
    swept = spec(
        tmp_path,
        "lr: 0.1\nsteps: 9\noptimizer: adam\ngradients: '1'\nschedule: {type: step, step_size: 3}\n"
        "sweep: {gamma: [0.5, 0.1]}\n",
    )
    assert [effective(run) for run in spec(tmp_path, dump(swept))] == [effective(run) for run in swept]


def test_what_one_spec_cannot_say_is_refused_not_dropped(tmp_path: Path) -> None:
    text = "lr: 0.1\nsteps: 9\nschedule: {type: step, step_size: 3}\n"
    optimized = f"{text}optimizer: rmsprop\ngradients: '1'\n"
    both = "sweep: {optimizer.alpha: [0.9, 0.5], gamma: [0.5, 0.1]}\n"
    with pytest.raises(LrplotError, match="optimizers of their own"):
        dump(spec(tmp_path, optimized + both))
    with pytest.raises(LrplotError, match="models of their own"):
        dump(spec(tmp_path, f"{text}simulate: {{}}\nsweep: {{simulate.batch_size: [1, 2]}}\n"))
    swept = spec(tmp_path, optimized + "sweep: {optimizer.alpha: [0.9, 0.5]}\n")
    assert [effective(run) for run in spec(tmp_path, dump(swept))] == [effective(run) for run in swept]


def test_a_mistyped_optimizer_is_told_the_nearest() -> None:
    with pytest.raises(LrplotError, match="did you mean 'adam'"):
        load("adm")
    with pytest.raises(LrplotError, match="did you mean 'cosine'"):
        load("cosin")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("optimizer: {type: adm}", "3:19: no optimizer 'adm'; did you mean 'adam'?"),
        ("optimizer: {lr: 1}", "an optimizer needs 'type'"),
        ("optimizer: [adam]", "an optimizer is a mapping, a name or a call, got a list"),
        ("optimizer: {type: adam, beta: 1}", "adam has no parameter 'beta'; did you mean 'betas'?"),
        ("optimizer: {type: adam, betas: 0.9}", "betas must be a list, got 0.9"),
        ("optimizer: {type: adam, betas: [0.9, x]}", "betas[1] must be a number, got 'x'"),
        ("optimizer: {type: adam, rule: jax}", "rule must be"),
        ("optimizer: {type: adagrad, rule: keras, lr_decay: 1}", "lr_decay is PyTorch's"),
        ("optimizer: {type: sgd, momentum: 2}", "momentum must be"),
        ("optimizer: {type: sgd, lr: 0.1}", "lr is given twice"),
        ("optimizer: Lion(learning_rate=1)", "the updates of Lion are not computed"),
        ("optimizer: 'torch.optim.Adam(w, betas=(0.9, b2))'", "b2"),
        ("optimizers: {}", "optimizers must be a mapping of labels"),
        ("optimizers: {a: adam}\noptimizer: adam", "either 'optimizer' or 'optimizers', got both"),
        ("weights: 1", "there is none"),
    ],
)
def test_an_optimizer_that_cannot_be_is_told_in_full(tmp_path: Path, text: str, said: str) -> None:
    alone = "" if text.startswith("weights") else "gradients: '1'\n"
    with pytest.raises(LrplotError) as told:
        spec(tmp_path, f"lr: 0.1\nsteps: 3\n{text}\nschedule: constant\n{alone}")
    assert said in str(told.value)
    assert str(told.value).count("spec.yaml:") == 1


@pytest.mark.parametrize(
    ("gradients", "said"),
    [
        ("[1, 2]", "gradients: 2 steps have gradients, the run has 3"),
        ("[1, [2], 3]", "gradients must be numbers, as many in every step"),
        ("[1, .nan, 3]", "gradients must be finite, got nan at step 1"),
        ("[]", "gradients must be at least one"),
        ("[a, 1, 2]", "gradients[0] must be a number"),
        ("no.csv", "no such file"),
        ("{sed: 1}", "gradients has no parameter 'sed'; did you mean 'seed'?"),
        ("{decay: 0}", "gradients.decay must be"),
    ],
)
def test_gradients_that_cannot_be_are_told_with_their_place(
    tmp_path: Path, gradients: str, said: str
) -> None:
    with pytest.raises(LrplotError) as told:
        spec(tmp_path, f"lr: 0.1\nsteps: 3\noptimizer: adam\ngradients: {gradients}\n")
    assert said in str(told.value)


def test_an_optimizer_without_gradients_asks_for_them(tmp_path: Path) -> None:
    with pytest.raises(LrplotError, match="an optimizer needs 'gradients'"):
        spec(tmp_path, "lr: 0.1\nsteps: 3\noptimizer: adam\n")


def test_a_formula_of_gradients_that_leaves_the_numbers_is_refused() -> None:
    (run,) = load(
        "adam", Overrides(settings={"gradients": "1/t"}, changes=(Said("optimizer.lr", "0.1", "--set"),))
    )
    with pytest.raises(LrplotError, match="gradients must be finite, got inf at step 0"):
        effective(run)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("optimizer: adam", "2:12: an optimizer needs 'lr'; give it there or for the whole spec"),
        ("optimizer: {type: adam, beta: 3}", "2:25: adam has no parameter 'beta'; did you mean 'betas'?"),
        ("optimizer: {type: adam, lr: -1}", "2:29: lr must be a finite number ≥ 0, got -1"),
        ("optimizer: {type: adam, lr: a}", "2:29: lr must be a number, got 'a'"),
        ("optimizer: {type: adam, lr: 1, betas: [0.9]}", "2:39: betas must be two numbers, got [0.9]"),
        ('optimizer: "StepLR(o, 30)"', "2:13: a scheduler here; an optimizer's call is wanted"),
        (
            'optimizer: "Adagrd(w)"',
            "2:13: no framework lrplot reads has a schedule 'Adagrd'; did you mean 'Adagrad'?",
        ),
    ],
)
def test_one_mistake_in_an_optimizer_is_told_once_at_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(LrplotError) as told:
        spec(tmp_path, f"steps: 3\n{text}\ngradients: 1\n")
    first, *rest = str(told.value).splitlines()
    assert first == f"{tmp_path / 'spec.yaml'}:{said}"
    assert len(rest) == 2, "its line and its caret, and no other mistake"


def test_a_sweep_reaches_into_an_optimizer_that_is_only_named(tmp_path: Path) -> None:
    text = (
        "lr: 0.1\nsteps: 1\noptimizers: {a: sgd, b: adam}\ngradients: 1\nsweep: {optimizers.b.eps: [1, 3]}\n"
    )
    # Adam's first update of a gradient of 1 is lr / (1 + eps).
    assert [effective(run)[0] for run in spec(tmp_path, text)] == pytest.approx([0.1, 0.05, 0.1, 0.025])


def test_the_rate_of_the_whole_spec_stands_for_one_a_call_leaves_open(tmp_path: Path) -> None:
    text = 'lr: 0.1\nsteps: 1\noptimizer: "optim.SGD(w, lr=args.lr)"\ngradients: 1\n'
    (run,) = spec(tmp_path, text)
    assert effective(run) == pytest.approx([0.1])


@pytest.mark.parametrize(
    ("body", "meant"),
    [
        ("optimizer: adam", r"optimizer\.betas"),
        ("optimizers: {a: adam, b: sgd}", r"optimizers\.a\.betas"),
        ("schedules: {c: cosine, d: step}", r"schedules\.c\.betas"),
    ],
)
def test_a_bare_path_where_there_is_no_single_schedule_is_told_where_it_may_lead(
    tmp_path: Path, body: str, meant: str
) -> None:
    with pytest.raises(LrplotError, match=f"'betas' is for a single 'schedule', .*did you mean '{meant}'"):
        spec(tmp_path, f"lr: 1\nsteps: 9\n{body}\ngradients: 1\nsweep: {{betas: [1]}}\n")


def test_a_key_of_the_spec_that_is_no_option_is_not_told_as_one() -> None:
    with pytest.raises(LrplotError) as told:
        load("cosine", Overrides(changes=(Said("simulate", "3", "--set"),)))
    assert str(told.value).endswith("beside 'schedule'")
