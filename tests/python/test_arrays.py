"""NumPy's arrays and PyTorch's tensors as tables of rates: shared, written, listed, asked at a step.

Expected numbers are NumPy's and PyTorch's own, run once, or plain to see.
"""

import numpy as np
import pytest

from tests.loops.after import After

_HEAD = """import numpy as np
import torch
from torch.optim.lr_scheduler import LambdaLR
opt = torch.optim.SGD(model.parameters(), lr=0.1)
"""
_LOOP = "for i in range(5):\n    opt.param_groups[0]['lr'] = t[i]\n    opt.step()\n"
_T = "t = np.linspace(0.1, 0.5, 5)\n"
_MEMBERS = [0.1, 0.2, 0.3, 0.4, 0.5]
_AFTER = After(_HEAD)
one = _AFTER.one
rates = _AFTER.rates
refused = _AFTER.refused


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        ("t[1] = 0.9", [0.1, 0.9, 0.3, 0.4, 0.5]),
        ("t[3:] *= 0.1", [0.1, 0.2, 0.3, 0.04, 0.05]),
        ("t[t > 0.25] = 0.7", [0.1, 0.2, 0.7, 0.7, 0.7]),
        ("t[[0, 4]] += 1", [1.1, 0.2, 0.3, 0.4, 1.5]),
        ("t[t < 0.25] *= 2", [0.2, 0.4, 0.3, 0.4, 0.5]),
        ("u = t[2:]\nu /= 10", [0.1, 0.2, 0.03, 0.04, 0.05]),
        ("u = t\nu *= 2\nu = u * 2", [0.2, 0.4, 0.6, 0.8, 1.0]),
        ("u = t.copy()\nu[:] = 9\nu = t[t > 0]\nu[:] = 9", _MEMBERS),
        ("np.asarray(t)[0] = 0.9", [0.9, 0.2, 0.3, 0.4, 0.5]),
        ("np.array(t)[0] = 0.9", _MEMBERS),
        ("t.fill(0.3)", [0.3] * 5),
        ("np.multiply(t, 2, out=t)", [0.2, 0.4, 0.6, 0.8, 1.0]),
        ("np.copyto(t, t[::-1].copy())", [0.5, 0.4, 0.3, 0.2, 0.1]),
        ("t[::-1].sort()", [0.5, 0.4, 0.3, 0.2, 0.1]),
        ("t[0], t[4] = t[4], t[0]", [0.5, 0.2, 0.3, 0.4, 0.1]),
        (
            "class C:\n    t = t\n    def cut(self, n): self.t[n:] /= 10\nC().cut(3)",
            [0.1, 0.2, 0.3, 0.04, 0.05],
        ),
        ("try:\n    t[9] = 1\nexcept IndexError:\n    t[0] = 0.9", [0.9, 0.2, 0.3, 0.4, 0.5]),
        ("def warm(table, n):\n    table[:n] = 0.01\nwarm(t, 2)", [0.01, 0.01, 0.3, 0.4, 0.5]),
        ("class C: pass\nc = C()\nc.t = t\nc.t[:2] = 0", [0, 0, 0.3, 0.4, 0.5]),
        ("d = {'t': t}\nd['t'] += 1", [1.1, 1.2, 1.3, 1.4, 1.5]),
        ("for i in range(1, 5):\n    t[i] = t[i - 1] / 2", [0.1, 0.05, 0.025, 0.0125, 0.00625]),
        ("t = np.arange(5)\nt[3] = 0.5\nt[4] //= 3", [0, 1, 2, 0, 1]),
        ("t = np.zeros((5, 1))\nfor k, row in enumerate(t):\n    row += k\nt = t.ravel()", [0, 1, 2, 3, 4]),
        ("t = torch.ones(5, dtype=torch.float64)\nt[2:].mul_(0.5).clamp_(max=0.4)", [1, 1, 0.4, 0.4, 0.4]),
        ("t = torch.zeros(5)\nt[1].fill_(0.25)", [0, 0.25, 0, 0, 0]),
    ],
)
def test_what_is_written_into_an_array_is_drawn(write: str, expected: list[float]) -> None:
    assert rates(f"{_T}{write}\n{_LOOP}") == pytest.approx(expected)


def test_an_array_that_a_loop_fills_is_drawn() -> None:
    """More turns than a loop that touches nothing is followed through."""
    fill = "t = np.empty(400)\nfor i in range(400):\n    t[i] = 0.1 if i < 100 else 0.1 * 100 / i\n"
    found = rates(f"{fill}for i in range(400):\n    opt.param_groups[0]['lr'] = t[i]\n    opt.step()\n")
    assert [found[i] for i in (0, 99, 200, 399)] == pytest.approx([0.1, 0.1, 0.05, 10 / 399])


@pytest.mark.parametrize(
    ("write", "said"),
    [
        ("t[k] = 0.5", "train.py:6:3: 'k'"),
        ("t[1] = measured()", "train.py:6:8: 'measured()' is not known"),
        ("u = t[2:]\nu *= factor", "train.py:7:6: 'factor' is not known"),
        ("np.random.shuffle(t)", "train.py:6:1: what is written"),
        ("np.add.at(t, [3, 3], 0.1)", "train.py:6:1: what is written"),
        ("if found():\n    t[:] = 0.5", "train.py:6:4: 'found()' is not known"),
        ("while wrong():\n    t.fill(0.5)", "train.py:7:5: what is written"),
        ("a, b = np.split(t, [2])\na *= 2", "train.py:7:1: what is written"),
        ("np.split(t, [2])[0][:] = 2", "train.py:6:1: what is written"),
        ("t = np.arange(5)\nt *= 0.5", "train.py:7:1: what is written"),
    ],
)
def test_an_array_that_is_written_in_a_way_that_is_not_known_is_not_drawn_as_it_was(
    write: str, said: str
) -> None:
    assert said in refused(f"{_T}{write}\n{_LOOP}")


def test_an_array_that_keeps_what_is_measured_does_no_harm() -> None:
    """So many turns could not be followed one by one."""
    text = (
        "from torch.optim.lr_scheduler import StepLR\nsch = StepLR(opt, 10)\n"
        "losses, seen = np.zeros(10**6), np.zeros((3, 3))\nfor i in range(10**6):\n"
        "    losses[i] = loss(i)\n    seen[1, 2] += 1\n    w = np.zeros(3)\n    w[0] = i\n"
        "    opt.step()\n    sch.step()\nprint(losses.min(), losses.argmin())\n"
    )
    found = one(text)
    assert found.horizon == 10**6
    assert found.schedule([0, 10]).tolist() == pytest.approx([0.1, 0.01])


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("list(np.ones(2)) + list(np.zeros(3))", [1, 1, 0, 0, 0]),
        ("np.ones(2).tolist() + [0.5] * 3", [1, 1, 0.5, 0.5, 0.5]),
        ("list(np.array([0.1, 0.2])) * 2", [0.1, 0.2, 0.1, 0.2]),
        ("[*np.array([0.1, 0.2]), 0.3]", [0.1, 0.2, 0.3]),
        ("tuple(np.array([0.1, 0.2])) + (0.3,)", [0.1, 0.2, 0.3]),
        ("torch.linspace(1, 2, 3).tolist() + [0.5]", [1, 1.5, 2, 0.5]),
        ("[0.1 for i in range(100)] + [0.2 for i in range(100)]", [0.1] * 100 + [0.2] * 100),
        ("np.r_[np.ones(2), 0.5]", [1, 1, 0.5]),
        ("np.where(np.arange(4) < 2, 0.1, 0.2)", [0.1, 0.1, 0.2, 0.2]),
        ("0.1 * (np.arange(4) < 2) + 0.2 * (np.arange(4) >= 2)", [0.1, 0.1, 0.2, 0.2]),
        ("np.minimum(np.arange(4) / 2, 1) * np.clip(2 - np.arange(4) / 2, 0.6, 1)", [0, 0.5, 1, 0.6]),
        ("np.repeat(np.cumprod(np.full(2, 0.5)), 2)", [0.5, 0.5, 0.25, 0.25]),
        ("torch.where(torch.arange(4) < 2, 0.125, 0.25)", [0.125, 0.125, 0.25, 0.25]),
        ("np.outer([1.0, 0.5], np.ones(2)).reshape(-1)", [1, 1, 0.5, 0.5]),
    ],
)
def test_a_list_of_an_array_is_a_list_and_an_array_is_computed_with(made: str, expected: list[float]) -> None:
    text = f"for lr in {made}:\n    opt.param_groups[0]['lr'] = lr\n    opt.step()\n"
    assert rates(text) == pytest.approx(expected)


def test_a_list_of_an_array_is_no_array_any_more() -> None:
    text = f"{_T}t = t.tolist()\nt.extend([0.9])\nt += [0.8]\nt[0] = 0.7\n"
    loop = "for lr in t:\n    opt.param_groups[0]['lr'] = lr\n    opt.step()\n"
    assert rates(text + loop) == pytest.approx([0.7, 0.2, 0.3, 0.4, 0.5, 0.9, 0.8])


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("lambda i: t[i]", [0.01, 0.02, 0.03, 0.04]),
        ("lambda i: t[min(i, 2)] * 0.5", [0.005, 0.01, 0.015, 0.015]),
        ("lambda i: t[i] if i < 2 else 0.7", [0.01, 0.02, 0.07, 0.07]),
        ("lambda i: t.tolist()[min(i // 2, 4)]", [0.01, 0.01, 0.02, 0.02]),
    ],
)
def test_a_schedulers_function_asks_a_table_at_the_step(function: str, expected: list[float]) -> None:
    text = f"{_T}t[4] = 0.9\nsch = LambdaLR(opt, {function})\nfor i in range(4):\n    opt.step()\n    sch.step()\n"
    assert rates(text) == pytest.approx(expected)


def test_a_table_that_is_asked_behind_its_end_is_refused() -> None:
    text = f"{_T}sch = LambdaLR(opt, lambda i: t[i])\nfor i in range(9):\n    opt.step()\n    sch.step()\n"
    assert "step" in refused(text)


@pytest.mark.parametrize("function", ["lambda i: t[0]", "lambda i, t=t: t[0]"])
def test_a_table_that_is_written_once_a_scheduler_reads_it_is_refused(function: str) -> None:
    text = f"{_T}sch = LambdaLR(opt, {function})\nfor i in range(4):\n    opt.step()\n    sch.step()\n    t[0] = 0.9\n"
    assert "changes later" in refused(text)


@pytest.mark.parametrize("turns", [3, 40])
@pytest.mark.parametrize("change", ["lr *= 0.5", "lr.mul_(0.5)"])
def test_a_tensor_that_is_the_optimizers_rate_is_not_changed_unseen(change: str, turns: int) -> None:
    text = f"lr = torch.tensor(0.1)\nopt = torch.optim.Adam(net.parameters(), lr=lr)\nfor i in range({turns}):\n    opt.step()\n    {change}\n"
    assert "this tensor is the optimizer's own rate" in refused(text)


def test_a_sum_of_losses_in_a_tensor_does_no_harm() -> None:
    text = "sch = LambdaLR(opt, lambda i: 0.5 ** i)\ntotal = torch.tensor(0.0)\nfor i in range(10**6):\n    total += loss(i)\n    opt.step()\ntotal.zero_()\nsch.step()\n"
    assert one(text).horizon == 10**6


def test_the_places_of_an_array_are_numpys() -> None:
    """Views, masks and lists of places, mixed at random: what NumPy makes of the same lines."""
    rng = np.random.default_rng(7)
    ways = ["t[{a}:{b}]", "t[::{c}]", "t[[{a}, {b}]]", "t[t > {x}]", "t[{a}:][{c}:]", "t[::-1][:{b}]"]
    values = {"np": np}
    lines = ["t = np.linspace(0.1, 2, 20)"]
    for _ in range(60):
        fill = {
            "a": rng.integers(0, 9),
            "b": rng.integers(10, 19),
            "c": rng.integers(1, 4),
            "x": round(float(rng.uniform(0, 2)), 3),
        }
        place = str(rng.choice(ways)).format(**fill)
        change = rng.choice(["{} *= 0.9", "{} = 0.5", "{} += 0.01", "u = {}\nu /= 1.1", "{}[:2] = 0.3"])
        lines.append(str(change).format(place))
    exec("\n".join(lines), values)  # noqa: S102 (the lines above)
    loop = "for lr in t:\n    opt.param_groups[0]['lr'] = lr\n    opt.step()\n"
    assert rates("\n".join(lines) + "\n" + loop) == pytest.approx(list(values["t"]), rel=1e-12)
