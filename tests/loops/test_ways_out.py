"""Ways out of loops and functions: on the rate they are followed, on what is not known they are told."""

import pytest

import lrplot
from tests.loops.after import After

_HEAD = """import torch
from torch.optim.lr_scheduler import StepLR
loader = torch.utils.data.DataLoader(torch.randn(20, 4), 4)
opt = torch.optim.SGD(model.parameters(), lr=0.1)
"""
_STEP = "s = StepLR(opt, 1, 0.1)\n"
_EPOCH = "    for b in loader: opt.step()\n"
_AFTER = After(_HEAD)
one = _AFTER.one
refused = _AFTER.refused


def updates(text: str) -> int:
    reading = one(text)
    assert reading.horizon is not None
    return reading.horizon * (reading.steps_per_epoch or 1 if reading.by_epoch else 1)


@pytest.mark.parametrize(
    "loop",
    [
        f"for e in range(20):\n{_EPOCH}    s.step()\n    if opt.param_groups[0]['lr'] < 5e-4: break\n",
        f"for e in range(20):\n{_EPOCH}    s.step()\n    lr = s.get_last_lr()[0]\n    if lr < 5e-4: break\n",
        f"while opt.param_groups[0]['lr'] > 5e-4:\n{_EPOCH}    s.step()\n",
        f"def fit():\n    for e in range(20):\n    {_EPOCH}        s.step()\n"
        "        if not opt.param_groups[0]['lr'] >= 5e-4: return\nfit()\n",
    ],
)
def test_a_loop_that_ends_with_the_rate_ends_where_torch_does(loop: str) -> None:
    # 0.1, 0.01, 0.001; the next rate is 1e-4, and the loop is left: 3 epochs of 5 updates.
    assert updates(_STEP + loop) == 15


def test_what_follows_a_loop_that_ends_with_the_rate_follows_it() -> None:
    loop = f"for e in range(20):\n{_EPOCH}    s.step()\n    if opt.param_groups[0]['lr'] < 5e-4: break\n"
    reading = one(_STEP + loop + "opt.param_groups[0]['lr'] = 0.05\nfor b in loader: opt.step()\n")
    assert reading.horizon == 20
    assert reading.schedule([14, 15, 19]).tolist() == pytest.approx([1e-3, 0.05, 0.05])


def test_a_rate_whose_last_digits_decide_is_not_guessed() -> None:
    # Torch multiplies 0.1 · 0.1 · 0.1 and gets 0.0010000000000000002.
    loop = f"for e in range(6):\n{_EPOCH}    s.step()\n    if opt.param_groups[0]['lr'] <= 1e-3: break\n"
    assert any("may end its loop early" in note for note in one(_STEP + loop).notes)


@pytest.mark.parametrize(
    ("asked", "epochs"),
    [
        ("e & 2", 3),
        ("(e | 1) == 3", 3),
        ("e ^ 3 == 0", 4),
        ("1 << e > 7", 4),
        ("~e == -3", 3),
        ("(e > 1) & (e < 5)", 3),
        ("(e, 1) >= (2, 0)", 3),
    ],
)
def test_operators_on_whole_numbers_and_tests_are_computed(asked: str, epochs: int) -> None:
    loop = f"for e in range(16):\n{_EPOCH}    if {asked}: break\n    opt.param_groups[0]['lr'] *= 0.5\n"
    assert updates(loop) == 5 * epochs


def test_early_stopping_is_drawn_to_the_end_and_told() -> None:
    loop = (
        "best = 1e9\nbad = 0\nfor e in range(5):\n" + _EPOCH + "    s.step()\n    loss = evaluate(model)\n"
        "    if loss < best: best = loss\n    else: bad += 1\n    if bad > 3: break\n"
    )
    reading = one(_STEP + loop)
    assert any("line 14 may end its loop early" in note for note in reading.notes)
    assert updates(_STEP + loop) == 25


def test_a_loop_that_touches_no_rate_may_be_left_in_silence() -> None:
    loop = f"for e in range(5):\n{_EPOCH}    s.step()\n    for b in loader:\n        if model(b) > 3: break\n"
    assert not any("early" in note for note in one(_STEP + loop).notes)


def test_a_function_that_may_return_before_a_scheduler_steps_is_refused() -> None:
    helper = "def after(loss):\n    if loss > best: return\n    s.step()\n"
    loop = f"for e in range(5):\n{_EPOCH}    after(evaluate(model))\n"
    assert "'loss > best' is not known here" in refused(_STEP + helper + loop)


def test_a_function_that_returns_with_the_same_update_either_way_is_followed() -> None:
    helper = "def one(b):\n    if use_amp:\n        scaler.step(opt)\n        return\n    opt.step()\n"
    loop = "for e in range(3):\n    for b in loader: one(b)\n    s.step()\n"
    assert one(_STEP + helper + loop).notes == ()
    assert updates(_STEP + helper + loop) == 15


@pytest.mark.parametrize("mark", ["raise ValueError", "1 / 0"])
def test_a_block_whose_object_ends_exceptions_goes_on_behind_it(mark: str) -> None:
    # The second epoch raises before its rate is halved; 'return True' ends that.
    own = (
        "class Quiet:\n    def __enter__(self): return self\n    def __exit__(self, t, v, tb): return True\n"
    )
    loop = (
        "for e in range(3):\n    with Quiet():\n        for b in loader: opt.step()\n"
        f"        if e == 1: {mark}\n        opt.param_groups[0]['lr'] *= 0.5\n"
    )
    reading = one(own + loop)
    assert reading.schedule([4, 5, 9, 10, 14]).tolist() == pytest.approx([0.1, 0.05, 0.05, 0.05, 0.05])


@pytest.mark.parametrize(
    ("text", "updates"),
    [
        # A loop inside that is left leaves no other: PyTorch, run, makes 20, 12 and 25 updates.
        (
            "epoch = 0\nwhile epoch < 4:\n    for i in range(5):\n        opt.step()\n    for k in range(5):\n"
            "        if k == 2:\n            break\n    epoch += 1\n",
            20,
        ),
        (
            "n, done = 0, False\nfor epoch in range(50):\n    for i in range(5):\n        opt.step()\n        n += 1\n"
            "        if n >= 12:\n            done = True\n            break\n    if done:\n        break\n",
            12,
        ),
        (
            "def stop(state):\n    if state['epoch'] >= 5:\n        state['stop'] = True\n"
            "state = {'epoch': 0, 'stop': False}\nwhile not state['stop'] and state['epoch'] < 10:\n"
            "    for i in range(5):\n        opt.step()\n    state['epoch'] += 1\n    stop(state)\n",
            25,
        ),
    ],
)
def test_how_long_a_training_is_that_inner_loops_and_functions_end(text: str, updates: int) -> None:
    head = "import torch\nopt = torch.optim.SGD(model.parameters(), lr=0.1)\n"
    assert lrplot.parse(head + text).steps == updates


def test_a_method_that_is_asked_for_by_a_name_may_train() -> None:
    """A runner's workflow, as mmcv has it: the loop was passed over, and its method's steps read as updates."""
    text = """import torch
class Runner:
    def __init__(self):
        self.epoch = 0
        self.opt = torch.optim.SGD(model.parameters(), lr=0.1)
        self.sched = torch.optim.lr_scheduler.StepLR(self.opt, 2, 0.5)
    def run(self, flow, epochs):
        while self.epoch < epochs:
            for mode, turns in flow:
                for _ in range(turns):
                    getattr(self, mode)()
    def train(self):
        for i in range(5):
            self.opt.step()
        self.sched.step()
        self.epoch += 1
    def val(self):
        pass
Runner().run([("train", 1), ("val", 1)], 6)
"""
    run = lrplot.parse(text)
    assert run.steps == 30
    assert [run.schedule(t) for t in (9, 10, 29)] == pytest.approx([0.1, 0.05, 0.025])
