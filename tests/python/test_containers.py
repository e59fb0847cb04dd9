"""Lists that a loop goes over and changes, dictionaries that make what they are asked for, plain functions.

Expected numbers are Python's own, run once, or plain to see.
"""

import pytest

from tests.python.test_arrays import one, rates, refused

_SET = "    opt.param_groups[0]['lr'] = lr\n    opt.step()\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("q = [0.4]\nfor lr in q:\n    if len(q) < 4: q.append(lr / 2)\n", [0.4, 0.2, 0.1, 0.05]),
        ("q = [0.1, 0.2, 0.3, 0.4]\nfor lr in q:\n    q.remove(lr)\n", [0.1, 0.3]),
        ("q = [0.1, 0.2, 0.3]\nfor lr in list(q):\n    q.remove(lr)\n", [0.1, 0.2, 0.3]),
        ("q = [0.4] * 3\nfor i, lr in enumerate(q):\n    q[-1] = lr + 0.1 * i\n", [0.4, 0.4, 0.5]),
        ("q = [0.4, 0.2]\nfor i, lr in zip(range(3), q):\n    q.append(lr / 2)\n", [0.4, 0.2, 0.2]),
        ("q = [0.4]\nfor lr in q:\n    if len(q) < 40: q.append(lr / 2)\n", [0.4 / 2**i for i in range(40)]),
    ],
)
def test_a_list_that_a_loop_changes_is_gone_over_as_it_is_then(text: str, expected: list[float]) -> None:
    assert rates(text + _SET) == pytest.approx(expected)


def test_a_list_that_grows_for_ever_is_refused() -> None:
    assert "not left after" in refused("q = [0.1]\nfor lr in q:\n    q.append(lr)\n" + _SET)


def test_a_list_that_a_loop_may_change_is_refused_where_it_trains() -> None:
    text = "q = [0.1, 0.2]\nfor lr in q:\n    if odd(): q.remove(lr)\n"
    assert "train.py" in refused(text + _SET)
    # What touches no rate may change what it likes.
    assert rates(text + "for lr in [0.1]:\n" + _SET) == [0.1]


@pytest.mark.parametrize(
    ("made", "value", "expected"),
    [
        (
            "from collections import defaultdict\nd = defaultdict(lambda: 0.05)\nd['a'] += 0.1",
            "d['a'] + d['b']",
            0.2,
        ),
        ("from collections import defaultdict\nd = defaultdict(list)\nd['a'].append(0.3)", "d['a'][0]", 0.3),
        (
            "from collections import defaultdict\nd = defaultdict(float, b=0.2)\nd['a']",
            "len(d) * d['b']",
            0.4,
        ),
        (
            "from collections import Counter\nd = Counter([3, 3, 4])\nd[5]",
            "d[3] + d[4] / 2 + d[7] + len(d)",
            4.5,
        ),
        ('import json\nd = json.loads(\'{"lr": [0.1, 0.2], "x": null}\')', "d['lr'][1]", 0.2),
        ("import math\nd = math.log10(1000) + math.log(8, 2) + math.log2(4)", "d / 100", 0.08),
        ("from math import *", "0.1 * (1 + cos(pi)) + 0.1 * log(e)", 0.1),
        ("d = 2.675", "round(d, 2) + round(0.5) + round(1.5)", 4.67),
        ("d = {0: 0.1, 3: 0.2}", "next(d[k] for k in sorted(d, reverse=True) if k < 3)", 0.1),
        ("d = {0: 0.1, 3: 0.2}", "d[max(k for k in d if k <= 2)]", 0.1),
        ("d = [3]", "0.1 * max(d)", 0.3),
    ],
)
def test_plain_python_is_computed(made: str, value: str, expected: float) -> None:
    assert rates(f"{made}\nfor lr in [{value}]:\n{_SET}") == pytest.approx([expected])


def test_a_number_is_rounded_to_digits_as_python_does() -> None:
    """0.1 / 2 ** 4 is a little above 0.00625, which times 10 ** 4 is a half and would go to the even side."""
    text = "for i in range(40):\n    opt.param_groups[0]['lr'] = round(0.1 / 2**i, 4)\n    opt.step()\n"
    assert rates(text) == [round(0.1 / 2**i, 4) for i in range(40)]


def test_a_dictionary_that_keeps_what_is_measured_does_no_harm() -> None:
    text = (
        "from collections import defaultdict\nkept = defaultdict(list)\nsch = LambdaLR(opt, lambda i: 0.5)\n"
        "for i in range(10**6):\n    opt.step()\n    kept['loss'].append(loss(i))\n    kept['n'].append(1)\n"
        "    sch.step()\n"
    )
    assert one(text).horizon == 10**6


def test_a_field_called_step_is_no_schedulers_step() -> None:
    text = (
        "from torch.optim.lr_scheduler import StepLR\nclass Config:\n    step = 2\nconfig = Config()\n"
        "sch = StepLR(opt, config.step, 0.5)\nfor i in range(4):\n    opt.step()\n    sch.step()\n"
    )
    assert rates(text) == pytest.approx([0.1, 0.1, 0.05, 0.05])


@pytest.mark.parametrize("length", ["sum(1 for _ in loader)", "len([b for b in loader])"])
def test_the_members_of_a_loader_are_counted_as_its_length(length: str) -> None:
    text = f"sch = LambdaLR(opt, lambda i: 1 / (1 + i // {length}))\n"
    loop = "for e in range(2):\n    for b in loader:\n        opt.step()\n        sch.step()\n"
    assert "--steps-per-epoch N or --let 'len(loader)=…'" in refused(text + loop)
