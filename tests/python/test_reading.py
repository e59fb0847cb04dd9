"""Calls, snippets and scripts as people paste them."""

import numpy as np
import pytest

from lrplot import parse
from lrplot.clock import Clock
from lrplot.document.overrides import Overrides
from lrplot.errors import LrplotError, NotationError
from lrplot.frameworks.texts import read, read_mapping
from lrplot.python.reading import Reading
from lrplot.schedules.base import Context
from lrplot.sources.reference import load


def all_of(text: str, lr: float | None = 0.1, steps: int | None = None, **let: str) -> tuple[Reading, ...]:
    return read(text, "it", Context(lr, steps, Clock(steps)), bindings=let)


def one(text: str, lr: float | None = 0.1, steps: int | None = None, **let: str) -> Reading:
    (reading,) = all_of(text, lr, steps, **let)
    return reading


@pytest.mark.parametrize(
    "text",
    [
        "StepLR(opt, 30)",
        "StepLR(opt, 30),",
        "StepLR(optimizer=opt, step_size=30, gamma=0.1)",
        "scheduler = StepLR(opt, 30)",
        "self.scheduler = optim.lr_scheduler.StepLR(opt, 30)",
        "    scheduler = lr_scheduler.StepLR(\n        self.optimizer,\n        step_size=2 * 15,  # epochs\n    )",
        ">>> scheduler = StepLR(optimizer, step_size=30)",
        ">>> scheduler = StepLR(\n...     optimizer,\n...     step_size=30)",
        "In [3]: scheduler = StepLR(optimizer, step_size=30)",
        "%matplotlib inline\nStepLR(opt, 30)",
        "return StepLR(opt, 3 * 10, 1e-1)",
        "from torch.optim.lr_scheduler import StepLR as S\nS(opt, 30)",
        "import torch.optim.lr_scheduler as lrs\nlrs.StepLR(opt, 30)",
        "with open('x') as f:\n    a = StepLR(opt, 30)",
        "def main():\n    sched = StepLR(opt, 30)\n    for e in range(3):\n        sched.step()",
        "class Module:\n    def configure_optimizers(self):\n        return {'lr_scheduler': StepLR(opt, 30)}",
        "kwargs = {'step_size': 30}\nStepLR(opt, **kwargs)",
        "size, gamma = 30, 0.1\nStepLR(opt, size, gamma)",
        "sizes = [10 * i for i in range(4)]\nStepLR(opt, sizes[3])",
        "parser.add_argument('--step-size', type=int, default=30)\nargs = parser.parse_args()\n"
        "StepLR(opt, args.step_size)",
        "def schedule(optimizer, size=30):\n    return StepLR(optimizer, size)\ns = schedule(opt)",
        "dict(_target_='torch.optim.lr_scheduler.StepLR', step_size=30)",
        "if args.distributed:\n    pass\nelse:\n    s = StepLR(opt, 30)",
        "try:\n    s = StepLR(opt, 30)\nexcept ImportError:\n    pass",
        "StepLR(opt, (lambda a: a * 3)(10))",
    ],
)
def test_a_call_works_as_copied(text: str) -> None:
    np.testing.assert_allclose(one(text).schedule([0, 29, 30, 60]), [0.1, 0.1, 0.01, 0.001])


def test_the_optimizer_gives_the_base_rate_unless_told_otherwise() -> None:
    text = "o = torch.optim.SGD(net.parameters(), 0.5, momentum=0.9)\nStepLR(o, 30)"
    assert one(text, lr=None).schedule(0) == 0.5
    assert one(text, lr=0.25).schedule(0) == 0.25
    assert one("StepLR(AdamW(p), 30)", lr=None).schedule(0) == 0.001


def test_several_schedulers_are_several_runs_each_with_its_optimizers_rate() -> None:
    text = (
        "a = SGD(p, lr=0.1)\nb = SGD(q, lr=0.2)\nfirst = StepLR(a, 30)\nsecond = ExponentialLR(b, 0.9)\n"
        "third = StepLR(a, 10)\n"
    )
    found = all_of(text, lr=None)
    assert [(r.label, float(r.schedule(0))) for r in found] == [
        ("first", 0.1),
        ("second", 0.2),
        ("third", 0.1),
    ]


def test_a_schedule_inside_another_is_no_run_of_its_own() -> None:
    text = (
        "warm = LinearLR(o, 0.1, total_iters=5)\nmain = CosineAnnealingLR(o, T_max=95)\n"
        "s = SequentialLR(o, schedulers=[warm, main], milestones=[5])"
    )
    assert one(text).call == "SequentialLR"


@pytest.mark.parametrize(
    ("text", "horizon"),
    [
        ("s = StepLR(o, 30)\nfor epoch in range(90):\n    s.step()", 90),
        ("s = StepLR(o, 30)\nfor epoch in tqdm(range(2, 92)):\n    s.step()", 90),
        ("n = 9\ns = StepLR(o, 30)\nfor e in range(n):\n    for b in range(10):\n        s.step()", 90),
        ("LearningRateScheduler(lambda e: 0.1)\nmodel.fit(x, epochs=90)", 90),
        ("s = StepLR(o, 30)\nwhile True:\n    s.step()", None),
        ("s = StepLR(o, 30)\nfor epoch in range(90):\n    for b in loader:\n        s.step()", None),
    ],
)
def test_the_loop_says_how_long_training_is(text: str, horizon: int | None) -> None:
    assert one(text).horizon == horizon


def test_a_name_that_two_frameworks_share_is_told_apart_and_said() -> None:
    keras, torch = one("PolynomialDecay(0.1, 100)"), one("StepLR(o, 30)")
    assert keras.framework == "keras"
    assert any(
        note.startswith("StepLR is read as PyTorch's (also a name of MMEngine") for note in torch.notes
    )
    assert one("torch.optim.lr_scheduler.StepLR(o, 30)").notes == ()
    assert one("StepLR(o, 30, by_epoch=False)").framework == "mmengine"


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("LambdaLR(o, lambda e: 0.95 ** e)", {1: 0.095}),
        ("LambdaLR(o, lr_lambda=[lambda e: 0.95 ** e])", {1: 0.095}),
        ("f = lambda e: max(0.1, 1 - e / 10)\nLambdaLR(o, f)", {5: 0.05, 20: 0.01}),
        (
            "def f(e):\n    for m in [3, 6]:\n        if e >= m:\n            return 0.5\n    return 1.0\nLambdaLR(o, f)",
            {2: 0.1, 3: 0.05},
        ),
        (
            "def f(e):\n    r = 1.0\n    for m in [3, 6]:\n        if e >= m:\n            r *= 0.1\n    return r\nLambdaLR(o, f)",
            {3: 0.01, 6: 0.001},
        ),
        (
            "def f(e):\n    if e < 5:\n        s = e / 5\n    else:\n        s = 1\n    return s\nLambdaLR(o, f)",
            {1: 0.02, 7: 0.1},
        ),
        (
            "def outer(w):\n    def f(e):\n        return min(1.0, (e + 1) / w)\n    return f\nLambdaLR(o, outer(4))",
            {0: 0.025, 9: 0.1},
        ),
        (
            "f = functools.partial(g, w=4)\ndef g(e, *, w):\n    return e / w\nLambdaLR(o, lambda e: g(e, w=4))",
            {2: 0.05},
        ),
        ("import numpy as np\nLambdaLR(o, lambda e: np.where(e < 3, 1.0, np.exp(-1.0)))", {3: 0.1 / np.e}),
        ("LambdaLR(o, lambda e: 1.0 if e <= 3 else 0.5 if not e > 5 else 0.25)", {3: 0.1, 5: 0.05, 6: 0.025}),
        ("MultiplicativeLR(o, lambda e: 0.5)", {0: 0.1, 2: 0.025}),
        ("LambdaLR(o, lambda e: int(e / 3) + 1)", {2: 0.1, 3: 0.2}),
    ],
)
def test_functions_are_read(text: str, rates: dict[int, float]) -> None:
    np.testing.assert_allclose(one(text).schedule(list(rates)), list(rates.values()), rtol=1e-12)


def test_a_function_without_a_framework_is_read_as_the_rate() -> None:
    text = "warmup = 10\ndef get_lr(it):\n    if it < warmup:\n        return 0.1 * it / warmup\n    return 0.1\n"
    reading = one(text)
    assert reading.schedule([5, 20]).tolist() == [0.05, 0.1]
    assert "read as a function of the step" in reading.notes[0]


def test_a_class_that_asks_a_schedule_later_keeps_its_knots() -> None:
    text = (
        "class Warm(LearningRateSchedule):\n"
        "    def __init__(self, after, steps):\n        self.after, self.steps = after, steps\n"
        "    def __call__(self, step):\n"
        "        return tf.where(step < self.steps, 0.1 * step / self.steps, self.after(step - self.steps))\n"
        "Adam(learning_rate=Warm(keras.optimizers.schedules.CosineDecay(0.1, 100), 10))\n"
    )
    schedule = one(text).schedule
    assert schedule([5, 10, 60, 110]).round(9).tolist() == [0.05, 0.1, 0.05, 0.0]
    assert 10 in schedule.knots(200).few


@pytest.mark.parametrize(
    ("text", "said", "place"),
    [
        ("LambdaLR(o, lambda e: open('x'))", "'open\\('x'\\)' is not known here", "1:23"),
        ("LambdaLR(o, lambda e: e.foo)", "'e.foo' is not known here", "1:23"),
        (
            "def f(e):\n    while e:\n        e -= 1\n    return e\nLambdaLR(o, f)",
            "'while' in a schedule's function",
            "2:5",
        ),
        (
            "def f(e):\n    if e < 3:\n        return 1\nLambdaLR(o, f)",
            "one way through the function returns no rate",
            "2:5",
        ),
        ("LearningRateScheduler(lambda e, lr: max(lr * 0.9, 1e-5))", "may only be multiplied", "1:37"),
        ("LearningRateScheduler(lambda e, lr: lr if e < 5 else 0.1)", "one branch multiplies", "1:37"),
        (
            "CosineAnnealingLR(o, T_max=len(loader) * 3)",
            "--steps-per-epoch N or --let 'len\\(loader\\)=",
            "1:28",
        ),
        ("OneCycleLR(o, 0.1, total_steps=10, pct_start=1)", "Expected float between 0 and 1", "1:46"),
        ("OneCycleLR(o, 0.1)", "You must define either total_steps OR", "1:1"),
        ("LinearLR(o, 0)", "Starting multiplicative factor", "1:13"),
        (
            "SequentialLR(o, [StepLR(o, 3)], [5])",
            "number of schedulers 1 and the number of milestones",
            "1:33",
        ),
        ("StepLR(o, 30, last_epoch=-4)", "last_epoch must be -1 or more", "1:1"),
        ("LinearLR(o, 0.1, 1, 2.5)", "total_iters must be a whole number, got 2.5", "1:21"),
        ("StepLR(o, 1 / 0)", "division by zero", "1:11"),
        ("StepLR(o, 5, step_size=3)", "StepLR gets 'step_size' twice; it is StepLR\\(optimizer", "1:1"),
        (
            "optax.sgdr_schedule([{'init_value': 0, 'peak_value': 1, 'decay_steps': 9, 'warmup': 2}])",
            "cosine_kwargs: warmup_cosine_decay_schedule has no argument 'warmup'; did you mean 'warmup_steps'",
            "1:21",
        ),
        (
            "optax.sgdr_schedule([{'peak_value': 1}])",
            "warmup_cosine_decay_schedule needs 'init_value'",
            "1:21",
        ),
        ("StepLR(o, 5, **more)", "what \\*\\* holds is not known", "1:16"),
        (
            "torch.optim.lr_scheduler.StepLr(o, 3)",
            "PyTorch has no schedule 'StepLr'; did you mean 'StepLR'",
            "1:1",
        ),
        ("CosineDecay(0.1, [100])", "decay_steps must be a number, got \\[100\\]", "1:18"),
        (
            "CosineDecay(0, 100, warmup_target=0.1, warmup_steps=9)",
            "Keras then computes the whole curve in whole",
            "1:13",
        ),
        ("StepLR(*args)", "what \\*args holds is not known", "1:8"),
        ("余弦 = StepLR(o, step=3)", "no argument 'step'", "1:21"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_place(text: str, said: str, place: str) -> None:
    with pytest.raises(NotationError, match=said) as caught:
        one(text)
    assert str(caught.value).startswith(f"it:{place}: ")


@pytest.mark.parametrize("text", ["StepLR(o, step_size=)", "x = 1\nStepLR(o, 30", "x = 1\n  StepLR(o, 30)"])
def test_what_is_not_python_is_told_with_its_line(text: str) -> None:
    # The column and the words behind ours are Python's own, and change with its version.
    with pytest.raises(NotationError, match=r"\Ait:\d+:\d+: not Python: .") as caught:
        one(text)
    line, column = map(int, str(caught.value).split(":")[1:3])
    assert line == text.count("\n") + 1
    assert 1 <= column <= len(text.splitlines()[-1]) + 1


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "__import__('os').system('touch /tmp/owned')",
        "a.b.c()",
        "(" * 10_000,
        "[" * 59 + "]" * 59,
        "-" * 50_000 + "1",
        "not " * 50_000 + "1",
        "x" * 2_000_000,
        "StepLR(o, 9**9**9**9)",
        "StepLR(o, 1e400 * 0)",
        "x = [0] * 10**9\nStepLR(o, x)",
        "x = list(range(10**12))\nStepLR(o, len(x))",
        "f = lambda n: f(n)\nStepLR(o, f(1))",
        "def f(e):\n"
        + "".join(f"    if e < {i}:\n        e = e + e\n" for i in range(200))
        + "    return e\nLambdaLR(o, f)",
        "LambdaLR(o, lambda e: " + "+".join(["e"] * 20_000) + ")",
        "\x00",
        "StepLR(o, '\ud800')",
        "",
        "# nothing",
        "x = " + "a." * 5000 + "b\nStepLR(o, x)",
        "StepLR(o, 30)" + "(1)" * 5000,
    ],
)
def test_a_hostile_text_is_refused_at_once(text: str) -> None:
    with pytest.raises(LrplotError):
        one(text)


def test_config_spellings() -> None:
    around = Context(0.1, 100, Clock(100))
    for mapping in (
        {"_target_": "torch.optim.lr_scheduler.StepLR", "_partial_": True, "step_size": 30},
        {"class_path": "torch.optim.lr_scheduler.StepLR", "init_args": {"step_size": 30, "gamma": 0.1}},
    ):
        reading = read_mapping(mapping, "it", around)
        assert reading is not None
        assert reading.schedule([29, 30]).tolist() == pytest.approx([0.1, 0.01])
    assert read_mapping({"type": "none of ours"}, "it", around) is None
    nested = {
        "_target_": "torch.optim.lr_scheduler.SequentialLR",
        "schedulers": [
            {"_target_": "torch.optim.lr_scheduler.LinearLR", "start_factor": 0.1, "total_iters": 5},
            {"_target_": "torch.optim.lr_scheduler.CosineAnnealingLR", "T_max": 95},
        ],
        "milestones": [5],
    }
    reading = read_mapping(nested, "it", around)
    assert reading is not None
    assert reading.schedule([0, 5, 100]).round(9).tolist() == [0.01, 0.1, 0.0]
    with pytest.raises(NotationError, match="StepLR has no argument 'step'; did you mean 'step_size'"):
        read_mapping({"_target_": "torch.optim.lr_scheduler.StepLR", "step": 30}, "it", around)


def test_parse_gives_one_run() -> None:
    run = parse("CosineAnnealingLR(opt, T_max=T)", lr=0.1, steps=101, let={"T": 50})
    assert (run.label, run.steps) == ("CosineAnnealingLR", 101)
    assert run.schedule(100) == pytest.approx(0.1)
    assert parse("OneCycleLR(opt, 0.1, total_steps=1000)").steps == 1000
    with pytest.raises(LrplotError, match="2 schedulers in it"):
        parse("a = StepLR(o, 3)\nb = StepLR(o, 4)", lr=0.1)


def test_a_base_rate_a_call_has_no_use_for_is_no_error_in_python_and_is_told() -> None:
    call = "OneCycleLR(opt, 0.1, total_steps=1000)"
    plain = parse(call)
    assert (parse(call, lr=0.1).schedule, parse(call, lr=0.1).notes) == (plain.schedule, plain.notes)
    other = parse(call, lr=3.0)
    assert other.schedule == plain.schedule
    (told,) = set(other.notes) - set(plain.notes)
    assert told == "the base rate 3 changes nothing: OneCycleLR gives its own rate, 0.1"


def test_a_scheduler_stepped_once_an_epoch_of_known_length_counts_epochs() -> None:
    text = "s = StepLR(o, 2)\nfor e in range(5):\n    for b in range(10):\n        o.step()\n    s.step()"
    run = parse(text, lr=0.1)
    assert (run.steps, run.steps_per_epoch) == (50, 10)
    assert run.schedule([19, 20]).tolist() == pytest.approx([0.1, 0.01])


def test_epochs_are_not_steps() -> None:
    keras = "s = ExponentialDecay(0.1, 1000, 0.9)\nmodel.fit(x, epochs=5{})"
    assert parse(keras.format(", steps_per_epoch=300")).steps == 1500
    assert parse(keras.format(""), steps_per_epoch=200).steps == 1000
    assert any("does not say how many steps" in note for note in parse(keras.format("")).notes)
    torch = "s = StepLR(o, 2)\nfor epoch in range(6):\n    train()\n    s.step()"
    assert (parse(torch, lr=0.1).steps, parse(torch, lr=0.1).steps_per_epoch) == (6, 1)
    known = parse(torch, lr=0.1, steps_per_epoch=10)
    assert known.schedule([19, 20]).tolist() == pytest.approx([0.1, 0.01])
    assert known.steps == 60


def test_a_line_that_feeds_no_schedule_is_never_fatal() -> None:
    text = "import numpy as np\nx = np.arange(100) / 0\ny = np.prod(3)\nz = 9**9**9**9\ns = StepLR(o, 3)\n"
    assert one(text).schedule(3) == pytest.approx(0.01)


def test_a_binding_that_binds_nothing_is_told() -> None:
    with pytest.raises(
        LrplotError, match="--let stepsize: the text has no such name left open; did you mean 'step_size'"
    ):
        load("step_size = 30\nStepLR(o, step_size)", Overrides(bindings={"stepsize": "3"}))
    assert one("StepLR(o, cfg['size'])", **{'cfg["size"]': "30"}).schedule(30) == pytest.approx(0.01)
    assert one("get_scheduler(kind, o, 5, 40)", kind="cosine").schedule(5) == pytest.approx(0.1)


def test_a_module_keeps_what_its_init_sets() -> None:
    text = (
        "class Net(Module):\n    def __init__(self, size=30):\n        self.size = size\n"
        "    def configure_optimizers(self):\n        return StepLR(o, self.size)"
    )
    assert one(text).schedule(30) == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("if flag:\n    T = 2\nT = 4\nCosineAnnealingLR(o, T)", {2: 0.05}),
        (
            "p.add_argument('--x', action='store_true')\nargs = p.parse_args()\nn = 5\nif args.x:\n    n = 2\nStepLR(o, n)",
            {4: 0.1},
        ),
        (
            "def n(k):\n    if k > 10:\n        return 40\n    return 20\nStepLR(o, n(11))",
            {39: 0.1, 40: 0.01},
        ),
        (
            "def b(o, kind):\n    if kind == 'step':\n        return StepLR(o, 5)\n    return ExponentialLR(o, 0.5)\ns = b(o, 'step')",
            {5: 0.01},
        ),
        ("f = lambda t: 0.5 ** (\n    t\n    % 10\n)\nLambdaLR(o, f)", {10: 0.1}),
        ("m = [3]\nm.append(6)\nm[0] = 2\nMultiStepLR(o, m)", {1: 0.1, 2: 0.01, 6: 0.001}),
        ("class C:\n    n = 5\nC.n = 2\nStepLR(o, C.n)", {2: 0.01}),
        ("g = 0.5\ndef f(e, g=g):\n    return g ** e\ng = 0.1\nLambdaLR(o, f)", {1: 0.05}),
        ("# " + "-" * 120 + " ((((\n```python\nStepLR(o, 5)\n```", {5: 0.01}),
        ("LambdaLR(o, lambda e: 1 / (1 + tf.cast(e / 10, tf.int32)))", {9: 0.1, 10: 0.05}),
    ],
)
def test_what_a_hostile_reader_found_is_read_as_python_does(text: str, rates: dict[int, float]) -> None:
    np.testing.assert_allclose(one(text).schedule(list(rates)), list(rates.values()), rtol=1e-12)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "T = 90\nif os.environ.get('SMOKE'):\n    T = 2\nCosineAnnealingLR(o, T)",
            "SMOKE'\\)' is not known",
        ),
        ("T = 4\nwhile T < 50:\n    T *= 2\nCosineAnnealingLR(o, T)", "'T' is not known"),
        (
            "T = 4\ntry:\n    import x\nexcept ImportError:\n    T = 30\nCosineAnnealingLR(o, T)",
            "'T' is not known",
        ),
        ("T = 9\nfor n in data:\n    T += n\nCosineAnnealingLR(o, T)", "'T' is not known"),
        ("T = 9\ndef build(o, T):\n    return CosineAnnealingLR(o, T)", "'T' is not known"),
        ("o = SGD(p, lr=0.1)\nfor g in o.param_groups:\n    g['lr'] = 0.5\n", "the rate is set by hand"),
        (
            "class W(StepLR):\n    pass\no = SGD(p, lr=0.1)\ns = W(o, 10)",
            "no scheduler call|derives from StepLR",
        ),
        (
            "o = SGD(p, lr=0.1)\ns = SlowWarmupScheduler(o, 1, 5, StepLR(o, 3))",
            "has a schedule 'SlowWarmupScheduler'",
        ),
        ("o = SGD(p, lr=0.1)\ntrain(model, o)", "no scheduler call"),
        (
            "class F:\n    def __call__(self, e):\n        self.f = e\n        return self.f\nLambdaLR(o, F())",
            "keeps state",
        ),
        ("def f(e):\n    acc.append(e)\n    return 1\nLambdaLR(o, f)", "keeps state"),
        ("LambdaLR(o, lambda: 1)", "takes 0 arguments"),
        ("LambdaLR(o, lambda a, b: a)", "needs 2 arguments"),
        ("LambdaLR(o, lambda e: 'a')", "the function gives no number"),
        ("MultiStepLR(o, range(10**8))", "a list of 100000000"),
        ("StepLR(o, len(range(10**30)))", "cannot be read|too large"),
        ("StepLR(o, pow(2, 3, 5))", "pow takes 2 arguments"),
    ],
)
def test_what_is_not_known_is_never_a_plausible_curve(text: str, said: str) -> None:
    with pytest.raises(NotationError, match=said):
        one(text)


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("T = 0\nfor n in [10, 20]:\n    T += n\nCosineAnnealingLR(o, T)", {15: 0.05}),
        ("T = 9\ndef f():\n    global T\n    T = 50\nf()\nCosineAnnealingLR(o, T)", {25: 0.05}),
        ("m = []\nfor i in range(3):\n    m.append(i + 5)\nMultiStepLR(o, m)", {4: 0.1, 5: 0.01, 7: 1e-4}),
        ("MultiStepLR(o, np.array([1, 2, 3]) * 10)", {9: 0.1, 10: 0.01, 30: 1e-4}),
        ("StepLR(o, 30, last_epoch=4)", {24: 0.1, 25: 0.01}),
    ],
)
def test_what_python_would_know_is_known(text: str, rates: dict[int, float]) -> None:
    schedule = one(text).schedule
    for step, rate in rates.items():
        assert schedule(step) == pytest.approx(rate, rel=1e-12)


def test_parameter_groups_with_rates_of_their_own_are_curves_of_their_own() -> None:
    text = "o = SGD([{'params': a, 'lr': 0.01}, {'params': b}], lr=0.1)\nStepLR(o, 10)"
    (found,) = all_of(text, lr=None)
    assert [(each.label, float(each.schedule(0))) for each in found.groups] == [
        ("group 0", 0.01),
        ("group 1", 0.1),
    ]
    assert found.schedule == found.groups[0].schedule
    assert one(text, lr=0.2).schedule(0) == 0.2


def test_a_growing_decay_with_a_ceiling_is_found_at_once() -> None:
    schedule = one("exponential_decay(1e-5, 1e7, 1.0001, end_value=1e-3)").schedule
    assert schedule(10**12) == pytest.approx(1e-3)


def test_and_or_of_numbers_is_one_of_them() -> None:
    from lrplot.exports.code import export

    made = export(parse("LambdaLR(o, lambda e: (e > 3 and 0.5) or 0.1)", lr=1.0, steps=9), "optax")
    assert "logical_or" not in made.code
    assert made.exact


def test_what_is_assumed_is_said() -> None:
    run = parse("StepLR(opt, 30)")
    assert (run.steps, run.notes[1:]) == (
        150,
        ("no base rate in it; drawn with lr 0.1 (--lr)", "no horizon in it; 150 steps drawn (--steps)"),
    )


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("Adam(w, lr=0.1, betas=(0.9, b))", "'b' is not known here; bind it with --let b=…"),
        ("Adam(w, lr=args.lr)", "'args.lr' is not known here; bind it with --let args.lr=…"),
        ("Adam(w, lr='a')", "Adam: the rate must be a number, got 'a'"),
        ("Adam(w, lr=-1)", "Adam: the rate must be a finite number ≥ 0, got -1"),
        (
            "Adam(w, decoupled_weight_decay=True)",
            "what 'decoupled_weight_decay' does to an update is not computed",
        ),
    ],
)
def test_an_optimizers_call_that_cannot_be_read_says_why(call: str, said: str) -> None:
    with pytest.raises(NotationError) as told:
        read(call, "it", Context(None, 10, Clock(10)), assumed_lr=0.1)
    assert said in str(told.value)
