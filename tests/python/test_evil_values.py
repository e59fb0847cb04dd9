"""What no training writes, and an attacker sends: told in our words, or computed as Python does."""

import pytest

import lrplot
from lrplot.errors import LrplotError

_HEAD = "import math\nimport numpy as np\nimport torch\n"
_END = "\nopt = torch.optim.SGD(p, lr=lr)\nfor i in range(3):\n    opt.step()\n"


@pytest.mark.parametrize(
    "said",
    [
        "lr = np.zeros(3)[::0]",
        "lr = [0.1, 0.2][::0]",
        "a = [0.1]\na.insert(10 ** 30, 0.2)\nlr = a[2]",
        "lr = [0.1].pop(10 ** 30)",
        "lr = 'a'.split('')",
        "class A:\n    __bool__ = __len__ = None\nlr = not A()",
        "class A:\n    __getitem__ = None\nlr = A()[0]",
        "class A:\n    __getitem__ = None\nlr = A()[::0]",
        "lr = range(10 ** 30)[::2]",
        "lr = torch.tensor(0.1)\nlr.div_(0)",
    ],
)
def test_it_is_refused_in_our_words(said: str) -> None:
    with pytest.raises(LrplotError):
        lrplot.parse(_HEAD + said + _END)


@pytest.mark.parametrize(
    ("said", "rate"),
    [
        ("lr = range(10 ** 30)[3] / 10", 0.3),
        ("lr = round(0.3, 10 ** 9)", 0.3),
        ("lr = 0.2 if 0.5 in range(10 ** 12) else 0.4", 0.4),
        ("lr = 0.2 if 5.0 in range(10 ** 12) else 0.4", 0.2),
        ("lr = [0.1, 0.2, 0.3][1:][0]", 0.2),
    ],
)
def test_it_is_computed_as_python_does(said: str, rate: float) -> None:
    assert lrplot.parse(_HEAD + said + _END).schedule(2) == pytest.approx(rate)


def test_a_function_that_calls_itself_is_followed_turn_by_turn_or_refused_at_once() -> None:
    """Both ways of it were read again and again where the step decides its end: no answer within a minute."""
    fib = "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\n"
    loop = "for e in range(14):\n    opt.param_groups[0]['lr'] = 1 / (1 + fib(e))\n    opt.step()\n"
    cached = "from functools import lru_cache\n@lru_cache(None)\n" + fib
    run = lrplot.parse(_HEAD + cached + "opt = torch.optim.SGD(p, lr=0.1)\n" + loop)
    assert run.schedule(13) == pytest.approx(1 / 234)
    made = "s = torch.optim.lr_scheduler.LambdaLR(opt, lambda t: 1 / (1 + fib(t)))\n"
    steps = "for e in range(14):\n    opt.step()\n    s.step()\n"
    with pytest.raises(LrplotError, match="fib calls itself"):
        lrplot.parse(_HEAD + fib + "opt = torch.optim.SGD(p, lr=0.1)\n" + made + steps)
