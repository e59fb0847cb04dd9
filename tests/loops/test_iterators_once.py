"""Iterators and generators: members are given once, in the order and at the time that Python asks for them."""

import pytest

from tests.loops.after import After

_HEAD = """import torch
from torch.optim.lr_scheduler import StepLR, LambdaLR
loader = torch.utils.data.DataLoader(torch.randn(20, 4), 4)
opt = torch.optim.SGD(model.parameters(), lr=0.1)
def put(lr):
    opt.param_groups[0]["lr"] = lr
    opt.step()
"""
_AFTER = After(_HEAD)
one = _AFTER.one
refused = _AFTER.refused
rates = _AFTER.rates


@pytest.mark.parametrize(
    "made",
    ["iter(loader)", "enumerate(loader)", "zip(loader, range(9))", "tqdm(enumerate(loader))"],
)
def test_a_second_loop_over_an_iterator_finds_nothing(made: str) -> None:
    # The second and third epoch step the scheduler alone; the last loop trains with what they leave.
    text = (
        f"it = {made}\ns = StepLR(opt, 1, 0.5)\nfor e in range(3):\n    for b in it: opt.step()\n    s.step()\n"
        "for b in loader: opt.step()\n"
    )
    assert rates(text) == pytest.approx([0.1] * 5 + [0.0125] * 5)


@pytest.mark.parametrize(
    ("made", "asked", "expected"),
    [
        ("map(float, ['1', '2'])", "for k in it: put(k)\nfor k in it: put(9)", [1, 2]),
        ("(k * 2 for k in (1, 2))", "total = sum(it)\nfor k in it: put(9)\nput(total)", [6]),
        ("(k for k in (1, 2, 3))", "put(next(it))\nfor k in it: put(k * 10)", [1, 20, 30]),
        ("reversed([1, 2])", "for k in list(it): put(k)\nfor k in it: put(9)", [2, 1]),
        ("[k for k in (1, 2)]", "for k in it: put(k)\nfor k in it: put(k)", [1, 2, 1, 2]),
        ("(scale * k for k in (1, 2))", "scale = 3\nfor k in it: put(k)", [3, 6]),
    ],
)
def test_members_are_taken_once_and_computed_as_they_are_asked_for(
    made: str, asked: str, expected: list[float]
) -> None:
    assert rates(f"scale = 1\nit = {made}\n{asked}\n") == pytest.approx(expected)


def test_an_iterator_handed_to_two_functions_is_one() -> None:
    text = "def train(it):\n    for b in it: opt.step()\nit = iter(loader)\ntrain(it)\nput(0.5)\ntrain(it)\nput(0.3)\n"
    assert rates(text) == pytest.approx([0.1] * 5 + [0.5, 0.3])


@pytest.mark.parametrize(
    "asked",
    [
        "for a, b in zip(it, it): put(a * b)",
        "for k in it:\n    put(k)\n    if k == 2: break\nfor k in it: put(k)",
        "for k in it:\n    put(k)\n    next(it)",
    ],
)
def test_what_is_left_of_an_iterator_that_was_begun_is_refused(asked: str) -> None:
    said = refused(f"it = iter([1, 2, 3, 4])\n{asked}\n")
    assert "begun before" in said or "'next' is asked here" in said


def test_a_new_iterator_in_each_epoch_is_followed() -> None:
    text = "s = StepLR(opt, 1, 0.5)\nfor e in range(15):\n    it = enumerate(loader)\n    for i, b in it: opt.step()\n    s.step()\n"
    assert one(text).schedule([0, 1]).tolist() == pytest.approx([0.1, 0.05])
    assert (one(text).horizon, one(text).steps_per_epoch) == (15, 5)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("[lambda e: k**e for k in (0.5, 0.9)]", 0.9),
        ("[lambda e, k=k: k**e for k in (0.5, 0.9)]", 0.5),
        ("list(lambda e: k**e for k in (0.5, 0.9))", 0.9),
    ],
)
def test_functions_made_in_a_comprehension_see_the_last_of_its_names(made: str, expected: float) -> None:
    text = f"fs = {made}\ns = LambdaLR(opt, fs[0])\nfor e in range(4):\n    opt.step()\n    s.step()\n"
    assert rates(text) == pytest.approx([0.1, 0.1 * expected, 0.1 * expected**2, 0.1 * expected**3])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("d = {f(1): f(2), f(3): f(4)}", [1, 2, 3, 4]),
        ("d = [0] * 5\nd[f(4)] += f(2)", [4, 2]),
        ("a = f(2) < f(1) < f(7)", [2, 1]),
        ("d = {f(k): f(9) for k in (1, 2)}", [1, 9, 2, 9]),
        ("d = [f(a + b) for a in (1, 2) for b in (0, 5)]", [1, 6, 2, 7]),
        (
            "def deco(v):\n    f(v)\n    return lambda fn: fn\n@deco(1)\n@deco(2)\ndef h(x=f(3)): pass",
            [1, 2, 3],
        ),
    ],
)
def test_python_asks_once_and_from_left_to_right(text: str, expected: list[float]) -> None:
    log = "log = []\ndef f(v):\n    log.append(v)\n    return v\n"
    assert rates(f"{log}{text}\nfor v in log: put(v)\n") == pytest.approx(expected)


def test_a_generator_that_trains_is_followed_where_it_yields() -> None:
    text = (
        "s = StepLR(opt, 1, 0.5)\ndef train(n):\n    for e in range(n):\n        for b in loader: opt.step()\n"
        "        yield e\n        s.step()\nfor e in train(5):\n    if e == 2: break\nfor b in loader: opt.step()\n"
    )
    # Left at its third member, it steps the scheduler twice.
    assert rates(text) == pytest.approx([0.1] * 5 + [0.05] * 5 + [0.025] * 10)
    assert "(yield)" in refused(text.replace("for e in train(5):", "for i, e in enumerate(train(5)):"))


def test_a_generator_of_rates_is_asked_one_by_one() -> None:
    text = (
        "def decay(lr, n):\n    for i in range(n):\n        yield lr\n        lr *= 0.5\n"
        "gen = decay(0.4, 4)\nfor e in range(3): put(next(gen))\nfor lr in gen: put(lr)\n"
    )
    assert rates(text) == pytest.approx([0.4, 0.2, 0.1, 0.05])


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("case 0: put(1)\n        case 1 | 2: put(2)\n        case _: put(3)", [1, 2, 2, 3]),
        ("case n if n > 1: put(n)\n        case n: put(9)", [9, 9, 2, 3]),
        ("case 1: put(5)", [5]),
    ],
)
def test_match_takes_the_case_of_a_value_that_is_known(case: str, expected: list[float]) -> None:
    assert rates(f"for e in range(4):\n    match e:\n        {case}\n") == pytest.approx(expected)


def test_a_key_that_is_missing_raises_where_it_is_known() -> None:
    text = "table = {0: 0.1, 2: 0.05}\nfor e in range(4):\n    try: lr = table[e]\n    except KeyError: lr = 0.5\n    put(lr)\n"
    assert rates(text) == pytest.approx([0.1, 0.5, 0.05, 0.5])
    assert rates("cfg = {}\ntry: lr = cfg['lr']\nexcept KeyError: lr = 0.3\nput(lr)\n") == pytest.approx(
        [0.3]
    )


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("filter(lambda k: k % 2, [1, 2, 3])", [1, 3]),
        ("chain(repeat(4, 2), islice([1, 2, 3], 2))", [4, 4, 1, 2]),
        ("(b - a for a, b in pairwise([0, 3, 7]))", [3, 4]),
        ("accumulate([1, 2, 3])", [1, 3, 6]),
        ("sorted([2, 3, 1], key=lambda k: -k)", [3, 2, 1]),
        ("[max(k for k in {0: 1, 3: 2} if k <= 5), min([4, 2])]", [3, 2]),
    ],
)
def test_functions_over_lists_that_are_known_are_computed(made: str, expected: list[float]) -> None:
    head = "from itertools import accumulate, chain, islice, pairwise, repeat\n"
    assert rates(f"{head}for k in {made}: put(k)\n") == pytest.approx(expected)
