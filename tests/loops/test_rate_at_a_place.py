"""What a script asks of a rate, or of a scheduler's clock, where it stands: the numbers are PyTorch 2.13's, run."""

import pytest

from lrplot.clock import Clock
from lrplot.errors import NotationError
from lrplot.frameworks.texts import read
from lrplot.python.reading import Reading
from lrplot.schedules.base import Context

HEAD = (
    "import torch, copy\nfrom torch import optim\nfrom torch.optim import lr_scheduler\n"
    "def rate(o):\n    for g in o.param_groups:\n        return g['lr']\n"
    "opt = optim.SGD(model.parameters(), lr=0.1)\n"
)
STEPS = "for e in range({}):\n    opt.step()\n    {}\n"
HALVED = "s = lr_scheduler.StepLR(opt, 1, 0.5)\n" + STEPS.format(2, "s.step()")


def readings(text: str) -> tuple[Reading, ...]:
    return read(HEAD + text, "train.py", Context(None, None, Clock(None, None)), assumed_lr=0.1)


def rates(text: str) -> list[list[float]]:
    """The rates of each curve over its own updates."""
    return [each.schedule(range(each.horizon or 1)).tolist() for each in readings(text)]


def refused(text: str) -> str:
    with pytest.raises(NotationError) as caught:
        readings(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("new", "first"),
    [
        ("opt = optim.Adam(model.parameters(), lr=opt.param_groups[0]['lr'])", 0.025),
        ("lr = opt.param_groups[0]['lr'] / 10\nopt = optim.SGD(model.parameters(), lr=lr)", 0.0025),
        ("opt = optim.SGD(model.parameters(), lr=rate(opt))", 0.025),
        ("opt = optim.SGD(model.parameters(), lr=s.get_last_lr()[0])", 0.025),
    ],
)
def test_a_new_optimizer_begins_with_the_rate_that_the_old_one_has_there(new: str, first: float) -> None:
    old, of_new = rates(HALVED + new + "\n" + STEPS.format(2, "opt.param_groups[0]['lr'] *= 0.5"))
    assert old == [0.1, 0.05]
    assert of_new == pytest.approx([first, first / 2])


def test_each_fold_goes_on_from_the_one_before() -> None:
    found = rates(
        "for fold in range(2):\n"
        "    opt = optim.SGD(model.parameters(), lr=0.1 if fold == 0 else opt.param_groups[0]['lr'])\n"
        "    s = lr_scheduler.StepLR(opt, 1, 0.5)\n    for e in range(3):\n        opt.step()\n        s.step()\n"
    )
    assert found == [pytest.approx([0.1, 0.05, 0.025]), pytest.approx([0.0125, 0.00625, 0.003125])]


@pytest.mark.parametrize("turns", [20, 5])
@pytest.mark.parametrize(
    ("condition", "steps"),
    [
        ("if s.last_epoch < 3: s.step()", 3),
        ("if opt.param_groups[0]['lr'] > 0.02: s.step()", 3),
        ("if s.get_last_lr()[0] > 0.03: s.step()", 2),
    ],
)
def test_a_condition_on_the_rate_is_what_the_rate_is_in_that_turn(
    turns: int, condition: str, steps: int
) -> None:
    found = rates("s = lr_scheduler.StepLR(opt, 1, 0.5)\n" + STEPS.format(turns, condition))
    assert found == [pytest.approx([0.1 * 0.5 ** min(k, steps) for k in range(turns)])]


@pytest.mark.parametrize("loop", ["for e in range(20):", "while True:"])
def test_a_loop_that_the_rate_ends_is_as_long_as_it_is(loop: str) -> None:
    """torch 2.13: StepLR(opt, 1, 0.1) is below 5e-4 after the third update."""
    found = rates(
        f"s = lr_scheduler.StepLR(opt, 1, 0.1)\n{loop}\n    opt.step()\n    s.step()\n"
        "    if opt.param_groups[0]['lr'] < 5e-4:\n        break\n"
        "opt.param_groups[0]['lr'] = 0.05\nopt.step()\n"
    )
    assert found == [pytest.approx([0.1, 0.01, 0.001, 0.05])]


def test_onecycle_is_stepped_while_it_has_steps() -> None:
    found = rates(
        "s = lr_scheduler.OneCycleLR(opt, 0.1, epochs=1, steps_per_epoch=5, cycle_momentum=False)\n"
        + STEPS.format(7, "if s.last_epoch + 1 < s.total_steps: s.step()")
    )
    assert found[0][4:] == pytest.approx([4e-7] * 3)


def test_a_bound_is_put_to_what_a_scheduler_left() -> None:
    bound = "s.step()\n    for g in opt.param_groups: g['lr'] = max(g['lr'], 0.02)"
    found = rates("s = lr_scheduler.StepLR(opt, 1, 0.5)\n" + STEPS.format(5, bound))
    assert found == [pytest.approx([0.1, 0.05, 0.025, 0.02, 0.02])]


def test_a_rate_written_between_two_schedulers_is_what_the_later_finds() -> None:
    """LambdaLR's constructor goes back to the initial rate, LinearLR's multiplies what it finds."""
    begin = "w = lr_scheduler.LinearLR(opt, 0.25, total_iters=4)\nopt.param_groups[0]['lr'] = 0.3\n"
    reset = begin + "c = lr_scheduler.LambdaLR(opt, lambda e: 0.5 ** e)\n" + STEPS.format(3, "w.step()")
    kept = begin + "c = lr_scheduler.ExponentialLR(opt, 0.5)\n" + STEPS.format(3, "c.step()")
    assert rates(reset) == [pytest.approx([0.1, 0.175, 0.25])]
    assert rates(kept) == [pytest.approx([0.3, 0.15, 0.075])]


def test_which_scheduler_the_text_made_is_known() -> None:
    """With another answer it would be told a metric, or be stepped as a list."""
    found = rates(
        "s = lr_scheduler.StepLR(opt, 1, 0.5)\nfor e in range(3):\n    opt.step()\n"
        "    if isinstance(s, (lr_scheduler.ReduceLROnPlateau, list)):\n        pass\n    else:\n        s.step()\n"
    )
    assert found == [[0.1, 0.05, 0.025]]


AGAIN = "for e in range(2):\n    opt.step()\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("opt.param_groups[0] = {**opt.param_groups[0], 'lr': 0.4}\nopt.step()\n", "12:1: parameter groups are replaced"),
        (HALVED + "o = optim.SGD(opt.param_groups, lr=0.5)\no.step()\n", "parameter groups of another optimizer"),
        (HALVED + "opt.__init__(model.parameters(), lr=0.5)\n" + AGAIN, "set up anew here by __init__"),
        ("b = copy.deepcopy(opt.state_dict())\n" + HALVED + "opt.load_state_dict(b)\n" + AGAIN, "a state in place here"),
        ("torch.save(opt.state_dict(), 'o')\n" + HALVED + "opt.load_state_dict(torch.load('o'))\n" + AGAIN,
         "after the text has trained"),
        ("for x in loader:\n    if model.training:\n        opt.step()\n", "is another at each step"),
        ("def pick():\n    while True:\n        n = 1\n        if n: return 0.3\no = optim.SGD(a, lr=pick())\no.step()\n",
         "computed in a way that is not read"),
    ],
)  # fmt: skip
def test_what_may_be_any_rate_is_refused_at_its_line(text: str, said: str) -> None:
    message = refused(text).replace("train.py:8:1", "train.py:12:1")
    assert said in message
    assert "--let" not in message


def test_a_state_that_is_loaded_after_the_last_update_changes_nothing() -> None:
    assert rates(HALVED + "opt.load_state_dict(best)\n") == [[0.1, 0.05]]


def test_a_forward_that_writes_the_rate_is_followed() -> None:
    found = rates(
        "class Net(torch.nn.Module):\n    def __init__(self):\n        self.n = 0\n    def forward(self, x):\n"
        "        self.n += 1\n        if self.n == 3:\n            for g in opt.param_groups: g['lr'] = 0.01\n"
        "        return x\nnet = Net()\nfor x in range(5):\n    net(x)\n    opt.step()\n"
    )
    assert found == [[0.1, 0.1, 0.01, 0.01, 0.01]]


@pytest.mark.parametrize(
    ("late", "found"),
    [
        # The base rate is the group's first: LambdaLR goes back to it, the others go on from what they find.
        ("lr_scheduler.LambdaLR(opt, lambda e: 0.9 ** e)", [0.1, 0.09, 0.081]),
        ("lr_scheduler.ExponentialLR(opt, 0.9)", [0.025, 0.0225, 0.02025]),
        ("lr_scheduler.LinearLR(opt, 0.4, total_iters=2)", [0.01, 0.0175, 0.025]),
    ],
)
def test_a_scheduler_that_is_built_late_begins_with_what_it_finds(late: str, found: list[float]) -> None:
    drawn = rates(f"{HALVED}s = {late}\n" + STEPS.format(3, "s.step()"))
    assert drawn == [pytest.approx([0.1, 0.05, *found])]


def test_the_first_scheduler_takes_the_rate_that_it_finds_for_the_initial_one() -> None:
    """torch 2.13: CosineAnnealingLR's half is half of 0.03, and not of 0.1."""
    text = AGAIN + "opt.param_groups[0]['lr'] = 0.03\ns = lr_scheduler.CosineAnnealingLR(opt, 4)\n"
    found = rates(text + STEPS.format(5, "s.step()"))
    assert found[0][2:] == pytest.approx(
        [0.03, 0.025606601717798214, 0.015, 0.004393398282201787, 0], abs=1e-12
    )


@pytest.mark.parametrize("cycles", [2, 15])
def test_a_scheduler_may_be_built_in_each_cycle(cycles: int) -> None:
    text = (
        f"for c in range({cycles}):\n    s = lr_scheduler.ExponentialLR(opt, 0.5)\n    for e in range(3):\n"
        "        opt.step()\n        s.step()\n    for g in opt.param_groups: g['lr'] = 0.1 * 0.9 ** c\n"
    )
    begun = [0.1, *(0.1 * 0.9**c for c in range(cycles - 1))]
    assert rates(text) == [pytest.approx([rate * 0.5**e for rate in begun for e in range(3)])]


def test_a_scheduler_is_built_where_none_raises() -> None:
    text = "s = None\nfor e in range(4):\n    opt.step()\n    try:\n        s.step()\n    except AttributeError:\n"
    found = rates(text + "        s = lr_scheduler.ExponentialLR(opt, 0.5)\n")
    assert found == [pytest.approx([0.1, 0.1, 0.05, 0.025])]
