"""The generator of training scripts, without a framework: it is deterministic, and every mutation is met."""

from functools import cache

import pytest
from loops import schedulers
from loops.by_hand import WAYS
from loops.compare import judge, reason_of
from loops.generate import Script, script
from loops.handed_on import OTHER_CLOCKS, WRAPPERS
from loops.loop import AROUND, CALLS, CLOCKS, CONDITIONS, DATA, ENDS, PAIRS, SPELLINGS, TOUCHES
from loops.run_torch import Truth
from loops.shells import NUMBERS, SHELLS


@cache
def scripts() -> list[Script]:
    return [script(7, index) for index in range(1500)]


def test_a_seed_always_gives_the_same_scripts() -> None:
    assert [script(7, index) for index in range(50)] == scripts()[:50]
    assert script(8, 0) != scripts()[0]
    assert script(7, 0, attempt=1) != scripts()[0]


def test_every_script_is_python() -> None:
    for each in scripts():
        compile(each.text, "script.py", "exec")


def test_no_token_is_left_in_a_script() -> None:
    assert not [each.text for each in scripts() if "<opt>" in each.text or "<sched>" in each.text]


@pytest.mark.parametrize(
    "name",
    [
        *(
            f"1: {name}"
            for name in (*CLOCKS, *PAIRS, *CONDITIONS, *AROUND, *ENDS, *SPELLINGS, *CALLS, *SHELLS)
        ),
        *(f"data: {name}" for name in DATA),
        *(f"t: {name}" for name in TOUCHES),
        *(f"4: {name}" for name in WAYS),
        *(f"5: {name}" for name in OTHER_CLOCKS),
        *(f"7: {name}" for name in WRAPPERS),
        *(f"s: {name}" for name in schedulers.ALL),
        *(f"1: {name}" for name in NUMBERS if name not in {"literals", "names"}),
    ],
)
def test_every_mutation_is_met(name: str) -> None:
    assert sum(name in each.marks for each in scripts()) >= 3


CONSTANT = "import torch\noptimizer = torch.optim.SGD([p], lr=0.1)\nscheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2, 0.5)\n"
LOOP = CONSTANT + "for i in range(4):\n    optimizer.step()\n    scheduler.step()\n"


def judged(text: str, *rates: float) -> tuple[str, str]:
    verdict = judge(text, Truth(list(rates), list(rates), 1))
    return verdict.outcome, verdict.reason


def test_the_same_curve_is_right_and_another_wrong() -> None:
    assert judged(LOOP, 0.1, 0.1, 0.05, 0.05) == ("right", "")
    assert judged(LOOP, 0.1, 0.1, 0.05, 0.05 + 1e-9)[0] == "wrong"
    assert judged(LOOP, 0.2, 0.1, 0.05, 0.05) == ("wrong", "first rate differs")


def test_a_picture_that_ends_early_or_far_too_late_is_wrong() -> None:
    assert judged(LOOP, 0.1, 0.1, 0.05, 0.05, 0.025)[0] == "wrong"
    assert judged(LOOP, 0.1, 0.1, 0.05) == ("right", "and a little beyond")
    assert judged(LOOP.replace("range(4)", "range(40)"), 0.1, 0.1)[0] == "wrong"


def test_a_refusal_is_counted_by_its_reason() -> None:
    assert judged("import torch\n", 0.1)[0] == "refused"
    assert reason_of("script.py:3:7: 'gamma' is 0.5") == reason_of("script.py:14:1: 'power' is 2")


def test_an_option_that_is_asked_for_is_given_where_the_answer_is_known() -> None:
    open_rate = LOOP.replace("lr=0.1", "lr=lr")
    truth = Truth([0.1, 0.1, 0.05, 0.05], [0.1, 0.1, 0.05, 0.05], 1)
    assert judge(LOOP, truth).outcome == "right"
    assert judge(open_rate, truth).outcome == "refused"
    assert judge(open_rate, truth, {"steps-per-epoch": "4"}).outcome == "refused"
