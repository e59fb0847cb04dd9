"""The rate touched in uncommon ways: read as Python runs it, or refused; never passed over."""

import pytest

from lrplot.errors import NotationError
from tests.loops.after import After

_HEAD = """import torch
from torch.optim.lr_scheduler import StepLR, ExponentialLR, LambdaLR, LinearLR, SequentialLR
opt = torch.optim.SGD(model.parameters(), lr=0.1)
"""
_STEP = "sch = StepLR(opt, 5, gamma=0.5)\n"
_LOOP = "for i in range(20):\n    opt.step()\n"
_AFTER = After(_HEAD)
one = _AFTER.one
refused = _AFTER.refused


@pytest.mark.parametrize(
    "handed",
    [
        "opt.register_step_post_hook(lambda o, a, k: sch.step())\n",
        "opt.register_step_pre_hook(lambda o, a, k: sch.step())\n",
        "model.register_forward_hook(lambda *a: sch.step())\n",
        "def after(o, a, k):\n    sch.step()\nopt.register_step_post_hook(after)\n",
        "class Saver:\n    def __init__(self):\n        self.hook = lambda: sch.step()\nsaver = Saver()\n",
    ],
)
def test_a_step_in_a_hook_is_not_passed_over(handed: str) -> None:
    assert "not followed" in refused(_STEP + handed + _LOOP)


def test_a_step_in_a_decorator_is_followed() -> None:
    text = """
def then_step(f):
    def inner(*a):
        f(*a)
        sch.step()
    return inner

@then_step
def train(x):
    opt.step()

for i in range(20):
    train(i)
"""
    assert one(_STEP + text).schedule([4, 5, 10]).tolist() == [0.1, 0.05, 0.025]


def test_a_step_in_a_closure_of_the_optimizer_is_not_passed_over() -> None:
    text = "def closure():\n    sch.step()\n    return loss\nfor i in range(20):\n    opt.step(closure)\n"
    assert "not followed" in refused(_STEP + text)


def test_a_counter_that_a_class_begins_counts_on() -> None:
    text = """
from dataclasses import dataclass
@dataclass
class State:
    opt: object
    sch: object
    n: int = 0
    def advance(self):
        self.opt.step()
        self.n += 1
        if self.n % 2 == 0:
            self.sch.step()
state = State(opt, StepLR(opt, 5))
for i in range(20):
    state.advance()
"""
    assert one(text).schedule([9, 10]).tolist() == pytest.approx([0.1, 0.01])
    counter = "class G:\n    n = 0\ndef go():\n    G.n += 1\n    opt.step()\n    if G.n % 3 == 0:\n        sch.step()\n"
    found = one(f"{_STEP}{counter}for i in range(20):\n    go()\n")
    assert found.schedule([14, 15]).tolist() == pytest.approx([0.1, 0.05])


@pytest.mark.parametrize(("place", "first"), [("before", 4), ("behind", 5)])
def test_what_a_generator_steps_around_a_block_is_followed(place: str, first: int) -> None:
    steps = "    sch.step()\n    yield\n" if place == "before" else "    yield\n    sch.step()\n"
    text = f"{_STEP}@contextmanager\ndef stepping():\n{steps}for i in range(20):\n    with stepping():\n        opt.step()\n"
    assert one(text).schedule([first - 1, first]).tolist() == pytest.approx([0.1, 0.05])


def test_a_block_that_steps_as_it_is_entered_and_left_is_followed() -> None:
    text = """
class Stepping:
    def __enter__(self):
        sch.step()
    def __exit__(self, *a):
        opt.step()
for i in range(20):
    with Stepping():
        pass
"""
    assert one(_STEP + text).schedule([3, 4]).tolist() == pytest.approx([0.1, 0.05])


@pytest.mark.parametrize(
    "line",
    [
        "opt.param_groups[0].__setitem__('lr', 0.5)",
        "[g.__setitem__('lr', 0.5) for g in opt.param_groups]",
        "opt.param_groups = [{**g, 'lr': 0.5} for g in opt.param_groups]",
        "opt.param_groups[:] = [{**g, 'lr': 0.5} for g in opt.param_groups]",
        "opt.param_groups[0][input()] = 0.5",
        "opt.param_groups[0].pop('lr')",
        "opt.param_groups[0]['lr'].mul_(0.9)",
        "opt.param_groups.reverse()",
        "del opt.param_groups[0]",
        "exec('sch.step()')",
        "opt.lr = 0.5",
        "setattr(sch, 'gamma', 0.1)",
    ],
)
def test_a_rate_that_is_changed_in_no_common_way_is_refused(line: str) -> None:
    assert "train.py:7:" in refused(
        f"{_STEP}{_LOOP}    {line}\n    sch.step()\n".replace("opt.step()\n    ", "opt.step()\n    ")
    )


@pytest.mark.parametrize(
    "line",
    [
        "map(lambda s: s.step(), [sch])",
        "(s.step() for s in [sch])",
        "g = opt.param_groups[0].copy(); g['lr'] = 5.0",
    ],
)
def test_what_changes_nothing_is_refused_or_changes_nothing(line: str) -> None:
    text = f"{_STEP}{_LOOP}    {line}\n"
    try:
        rates = one(text).schedule([0, 19]).tolist()
    except NotationError:
        rates = [0.1, 0.1]
    assert rates == [0.1, 0.1]


def test_a_function_that_trains_and_calls_itself_is_refused() -> None:
    text = (
        "def go(n):\n    if n == 0:\n        return\n    opt.step()\n    sch.step()\n    go(n - 1)\ngo(15)\n"
    )
    assert "calls itself" in refused(_STEP + text)


@pytest.mark.parametrize("state", ["other.state_dict()", "edited"])
def test_a_state_of_another_object_is_not_taken_for_a_checkpoint(state: str) -> None:
    made = "other = torch.optim.SGD(model.parameters(), lr=0.01)\nedited = opt.state_dict()\n"
    assert "state" in refused(f"{made}{_STEP}opt.load_state_dict({state})\n{_LOOP}    sch.step()\n")


@pytest.mark.parametrize("change", ["scale = 0.5", "scale[0] = 0.5"])
def test_a_name_that_a_schedulers_function_reads_and_the_text_changes_is_refused(change: str) -> None:
    reads, first = ("scale", "1.0") if "[" not in change else ("scale[0]", "[1.0]")
    text = f"scale = {first}\nsch = LambdaLR(opt, lambda t: {reads} * 0.9**t)\n{_LOOP}    sch.step()\n"
    assert one(text).schedule([0, 1]).tolist() == pytest.approx([0.1, 0.09])
    # A default of the function's own holds the same list, which changes.
    advice = "scale=scale" if "[" not in change else "value = scale[0]"
    assert advice in refused(f"{text}    if i == 6:\n        {change}\n")


def test_a_scheduler_inside_another_that_is_stepped_by_itself_too_is_refused() -> None:
    text = """
a, b = LinearLR(opt, 0.1, total_iters=5), ExponentialLR(opt, 0.9)
both = SequentialLR(opt, [a, b], milestones=[5])
for i in range(20):
    opt.step()
    both.step()
    if i == 8:
        b.step()
"""
    assert "inside another" in refused(text)


def test_a_set_holds_a_scheduler_once() -> None:
    text = f"{_STEP}{_LOOP}    for s in {{sch, sch}}:\n        s.step()\n"
    assert one(text).schedule([4, 5]).tolist() == pytest.approx([0.1, 0.05])


def test_a_list_of_schedulers_that_the_loop_empties_is_refused() -> None:
    text = f"all = [StepLR(opt, 2)]\n{_LOOP}    for s in all:\n        s.step()\n    if i == 5:\n        all.clear()\n"
    assert "changed here while it trains" in refused(text)


def test_a_function_that_nothing_names_does_no_harm() -> None:
    text = f"{_STEP}def unused():\n    sch.step()\n{_LOOP}    sch.step()\n"
    assert one(text).schedule([4, 5]).tolist() == pytest.approx([0.1, 0.05])
