"""Classes of a script: bases and ``super()``, enumerations, equality, attributes, hooks, as Python has them.

Each script sets the rate by hand and then updates once or a few times. The expected rates are worked out by
hand; PyTorch, run, has the same.
"""

import pytest

from lrplot.clock import Clock
from lrplot.errors import NotationError
from lrplot.frameworks.texts import read
from lrplot.schedules.base import Context

_HEAD = """import torch
opt = torch.optim.SGD(model.parameters(), lr=0.1)
"""


def rates(body: str, turns: int = 1) -> list[float]:
    """The rates of a loop of so many turns whose body, or what stands before it, says the rate."""
    (reading,) = read(_HEAD + body, "train.py", Context(None, None, Clock(None, None)))
    return reading.schedule(range(turns)).tolist()


def rate(before: str, expression: str) -> float:
    """The rate that an expression gives."""
    text = f"{before}\nopt.param_groups[0]['lr'] = {expression}\nfor b in range(3):\n    opt.step()\n"
    return rates(text)[0]


def refused(before: str, expression: str) -> str:
    with pytest.raises(NotationError) as caught:
        rate(before, expression)
    return str(caught.value)


_DIAMOND = """
class A:
    lr = 0.1
    def f(self, e): return 1.0
class B(A):
    def f(self, e): return 2.0 * super().f(e)
class C(A):
    lr = 0.2
    def f(self, e): return 3.0 + super().f(e)
class D(B, C):
    pass
"""
_MIXIN = """
class Base:
    @property
    def lr(self): return 0.1
class Twice:
    @property
    def lr(self): return super().lr * 2
class More:
    @property
    def lr(self): return super(More, self).lr + 0.5
class T(Twice, More, Base):
    pass
"""


@pytest.mark.parametrize(
    ("before", "expression", "expected"),
    [
        (_DIAMOND, "D.lr", 0.2),
        (_DIAMOND, "D().lr", 0.2),
        # B's super() is C in a D, and A in a B: 2 (3 + 1), and 2 · 1.
        (_DIAMOND, "D().f(0)", 8.0),
        (_DIAMOND, "B().f(0)", 2.0),
        (_MIXIN, "T().lr", 1.2),
        ("class A:\n    def __init__(self, **k):\n        super().__init__(**k)\n        self.a = 0.1\n"
         "class B:\n    def __init__(self, b=0.2):\n        self.b = b\n"
         "class C(A, B):\n    pass\nc = C(b=0.3)", "c.a + c.b", 0.4),
        ("class A:\n    @classmethod\n    def of(cls): return cls.k\nclass B(A):\n    k = 0.3\n"
         "    @classmethod\n    def of(cls): return super().of() * 2", "B.of()", 0.6),
    ],
)  # fmt: skip
def test_bases_are_asked_in_the_order_of_python(before: str, expression: str, expected: float) -> None:
    assert rate(before, expression) == pytest.approx(expected)


_MODE = "from enum import Enum, IntEnum, StrEnum, auto\n"
_PLAIN = f"{_MODE}class M(Enum):\n    EXP = 'exp'\n    COS = 'cos'\n    SAME = 'exp'\n"
_TEXT = f"{_MODE}class M(str, Enum):\n    EXP = 'exp'\n    COS = 'cos'\n"
_WITH = (
    f"{_MODE}class M(Enum):\n    A = (2, 0.3)\n    B = (3, 0.7)\n"
    "    def __init__(self, n, lr): self.n, self.lr = n, lr\n"
    "    @property\n    def both(self): return self.n * self.lr\n"
)


@pytest.mark.parametrize(
    ("before", "test"),
    [
        (_PLAIN, "M('exp') is M.EXP and M['COS'] == M.COS and M.EXP != 'exp' and M.EXP.value == 'exp'"),
        (_PLAIN, "M.SAME is M.EXP and M.SAME.name == 'EXP' and len(M) == 2 and M.COS in M"),
        (_PLAIN, "[m.name for m in M] == ['EXP', 'COS'] and {M.EXP: 1}[M('exp')] == 1"),
        (_TEXT, "M.EXP == 'exp' and M('cos') is M.COS and {'cos': 1}[M.COS] == 1 and M.EXP is not 'exp'"),
        (
            f"{_MODE}class M(IntEnum):\n    A = auto()\n    B = auto()\n",
            "M.B == 2 and M.A < M.B and M(2) is M.B",
        ),
        (f"{_MODE}class M(StrEnum):\n    EXP = auto()\n", "M.EXP == 'exp' and M.EXP.value.upper() == 'EXP'"),
        (_WITH, "M.B.lr == 0.7 and M.A.both == 0.6 and M((3, 0.7)) is M.B"),
        (f"{_PLAIN}try:\n    m = M('none')\nexcept ValueError:\n    m = None\n", "m is None"),
    ],
)
def test_the_members_of_an_enumeration(before: str, test: str) -> None:
    assert rate(before, f"0.5 if {test} else 0.9") == 0.5


def test_the_members_of_an_enumeration_are_looped_over() -> None:
    text = "for m in M:\n    opt.param_groups[0]['lr'] = m.lr\n    for i in range(m.n):\n        opt.step()\n"
    assert rates(_WITH + text, 5) == [0.3, 0.3, 0.7, 0.7, 0.7]


def test_flags_are_not_read() -> None:
    assert "F.B" in refused(
        "from enum import Flag, auto\nclass F(Flag):\n    A = auto()\n    B = auto()", "F.B.value"
    )


_CLASS = "class V:\n    def __init__(self, n): self.n = n\n"
_EQ = f"{_CLASS}    def __eq__(self, o): return self.n == o.n\n"
_DATA = "from dataclasses import dataclass, replace, asdict\n"


@pytest.mark.parametrize(
    ("before", "test"),
    [
        ("a = [1]; b = [1]", "a is not b and a == b and a is a"),
        ("a = {'lr': 1}; b = dict(a)", "a is not b and a == b"),
        ("a = 1", "a is not True and a == True and a is not None"),
        (_CLASS, "V(1) != V(1) and not V(1) == V(1)"),
        (_EQ, "V(1) == V(1) and V(1) != V(2) and V(1) in [V(2), V(1)]"),
        (f"{_DATA}@dataclass\nclass P:\n    n: int\n    l: list", "P(1, [2]) == P(1, [2]) and P(1, []) != P(2, [])"),
        (f"{_DATA}@dataclass(eq=False)\nclass P:\n    n: int", "P(1) != P(1)"),
        (f"{_DATA}@dataclass(order=True)\nclass P:\n    n: int\n    m: int = 0",
         "sorted([P(2), P(1, 5), P(1)])[0] == P(1, 0) and P(1) < P(1, 2)"),
        (f"{_DATA}@dataclass\nclass I:\n    a: int\n@dataclass\nclass P:\n    i: I",
         "asdict(P(I(3))) == {'i': {'a': 3}} and replace(P(I(3)), i=I(4)).i.a == 4"),
        ("from typing import NamedTuple\nclass P(NamedTuple):\n    n: int\n    lr: float = 0.1\n"
         "    @property\n    def half(self): return self.lr / 2",
         "P(2).half == 0.05 and P(2)._replace(n=3) == (3, 0.1) and [a for a, _ in [P(7)]] == [7]"),
        ("from collections import namedtuple\nP = namedtuple('P', 'a b', defaults=(4,))", "P(1).b == 4 and P(1)[0] == 1"),
        ("class A: pass\nclass B(A): pass\nb = B()",
         "isinstance(b, A) and not isinstance(b, dict) and type(b) is B and type(b).__name__ == 'B'"),
        ("T = {('a', 1): 2, None: 3}", "T['a', 1] == 2 and len(T) == 2 and list(T)[1] is None"),
    ],
)  # fmt: skip
def test_equality_and_identity(before: str, test: str) -> None:
    assert rate(before, f"0.5 if {test} else 0.9") == 0.5


@pytest.mark.parametrize(
    ("before", "expression", "expected"),
    [
        ("class A:\n    lr = 0.1\n    @classmethod\n    def scale(cls, k): cls.lr *= k\nclass B(A): pass\nB.scale(8)",
         "A.lr", 0.1),
        ("class A:\n    lr = 0.1\nclass B(A): pass\nB.lr = 0.4\nA.lr = 0.3", "A.lr + B.lr", 0.7),
        ("k = 0.1\nclass A:\n    lr = k\n    twice = lr * 2\nk = 0.9", "A.twice", 0.2),
        ("k = 0.1\nclass A:\n    k = 0.5\n    many = [k * i for i in range(3)]\n    f = lambda self: k", "A.many[2] + A().f()", 0.3),
        ("class A:\n    lr = 0.1\na = A()\na.lr = 0.5\ndel a.lr", "a.lr", 0.1),
        ("from functools import cached_property\nclass A:\n    k = 0.1\n    @cached_property\n"
         "    def lr(self): return self.k\na = A()\nx = a.lr\na.k = 0.7", "a.lr", 0.1),
        ("from functools import lru_cache\nk = 0.1\n@lru_cache\ndef f(e): return k * e\nx = f(2)\nk = 0.5",
         "f(2) + f(4)", 2.2),
        ("class A:\n    def __init__(self, seen=[]):\n        seen.append(0.1)\n        self.seen = seen\nA()",
         "sum(A().seen)", 0.2),
        ("k = 0.1\nclass A:\n    def lr(self, k=k): return k\nk = 0.9", "A().lr()", 0.1),
        (f"{_DATA}@dataclass\nclass A:\n    lr: float = 0.1\nclass B(A):\n    lr = 0.5", "B().lr + B.lr", 0.6),
        (f"{_DATA}from dataclasses import InitVar, field\n@dataclass\nclass A:\n    lr: float\n    k: InitVar[float] = 2.0\n"
         "    real: float = field(init=False, default=0.0)\n    g: float = 0.5\n"
         "    def __post_init__(self, k): self.real = self.lr * k\na = A(0.1, 3.0, 0.9)", "a.real + a.g", 1.2),
        ("class A:\n    def __init__(self): self.__lr = 0.1\n    def get(self): return self.__lr\n"
         "class B(A):\n    def __init__(self):\n        super().__init__()\n        self.__lr = 9.0", "B().get()", 0.1),
        ("class A:\n    def __setattr__(self, k, v): object.__setattr__(self, k, v * 2)\na = A()\na.lr = 0.1",
         "a.lr", 0.2),
        ("class A:\n    def __init__(self, o): self.o = o\n    def __getattr__(self, k): return getattr(self.o, k)\n"
         "class B: lr = 0.3", "A(B()).lr", 0.3),
        ("class Half:\n    def __set_name__(self, o, n): self.n = '_' + n\n"
         "    def __get__(self, o, t=None): return getattr(o, self.n) / 2\n"
         "    def __set__(self, o, v): setattr(o, self.n, v)\nclass A:\n    lr = Half()\na = A()\na.lr = 0.4",
         "a.lr", 0.2),
        ("class A:\n    it = None\n    def __new__(cls):\n        if cls.it is None: cls.it = super().__new__(cls)\n"
         "        return cls.it\nA().lr = 0.4", "A().lr", 0.4),
        ("class D(dict):\n    __getattr__ = dict.get\n    __setattr__ = dict.__setitem__\nd = D({'lr': 0.2}, k=2)\n"
         "d.k = 3", "d.lr * d['k']", 0.6),
        ("R = {}\nclass A:\n    def __init_subclass__(cls, name): R[name] = cls\nclass B(A, name='b'):\n    lr = 0.3",
         "R['b'].lr", 0.3),
        ("R = {}\ndef reg(c):\n    R[c.__name__] = c\n    return c\n@reg\nclass B:\n    lr = 0.3", "R['B']().lr", 0.3),
        ("class F:\n    def __init__(self, v): self.v = v\n    def __mul__(self, k): return F(self.v * k)\n"
         "    def __rmul__(self, k): return F(self.v + k)\n    def __float__(self): return self.v",
         "float(F(0.1) * 4) + float(2 * F(0.3))", 2.7),
    ],
)  # fmt: skip
def test_attributes(before: str, expression: str, expected: float) -> None:
    assert rate(before, expression) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("before", "expression", "named"),
    [
        ("class A:\n    def __init__(self): self.lr = 0.1\n    def __getattribute__(self, n): return 0.2", "A().lr", "A().lr"),
        ("class M(type):\n    def __call__(cls): return 1\nclass A(metaclass=M):\n    lr = 0.1\n    def __init__(self): pass",
         "A().lr", "A().lr"),
        ("a = 0.5\nb = float('0.5')", "0.1 if a is b else 0.2", "a is b"),
    ],
)  # fmt: skip
def test_what_hooks_make_of_a_class_is_asked_for(before: str, expression: str, named: str) -> None:
    assert f"'{named}' is not known here" in refused(before, expression)


_OBJECT = "class C:\n    k = 2\n    def __init__(self): self.lr = 0.3\nc = C()\n"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0.5 if hasattr(c, 'lr') and hasattr(c, 'k') and not hasattr(c, 'x') else 0.9", 0.5),
        ("getattr(c, 'lr', 0.7)", 0.3),
        ("getattr(c, 'rate', 0.7)", 0.7),
        ("getattr(c, f'{\"l\"}r')", 0.3),
    ],
)
def test_whether_an_object_has_an_attribute(expression: str, expected: float) -> None:
    assert rate(_OBJECT, expression) == expected


@pytest.mark.parametrize(
    "kept",
    [
        "    @cached_property\n    def first(self): return 0.1 * self.i\n",
        "    @property\n    @lru_cache\n    def first(self): return 0.1 * self.i\n",
    ],
)
def test_what_is_kept_is_computed_in_the_first_turn_that_asks(kept: str) -> None:
    text = (
        f"from functools import cached_property, lru_cache\nclass C:\n    i = 0\n{kept}c = C()\n"
        "for e in range(20):\n    c.i = e\n    if e >= 3:\n        opt.param_groups[0]['lr'] = c.first\n"
        "    opt.step()\n"
    )
    assert rates(text, 20) == pytest.approx([0.1] * 3 + [0.3] * 17)


def test_an_object_that_is_a_schedulers_function_and_is_changed_later() -> None:
    text = (
        "class F:\n    k = 1.0\n    def __call__(self, e): return self.k\nf = F()\n"
        "sch = torch.optim.lr_scheduler.LambdaLR(opt, f)\n"
        "for e in range(5):\n    opt.step()\n    sch.step()\n    f.k = 3.0\n"
    )
    with pytest.raises(NotationError, match="which this text changes later"):
        rates(text)


def test_an_attribute_that_a_turn_before_has_set() -> None:
    text = (
        "class C: pass\nc = C()\nfor i in range(20):\n    opt.step()\n"
        "    if hasattr(c, 'x'):\n        opt.param_groups[0]['lr'] = 0.7\n    if i == 3:\n        c.x = 1\n"
    )
    assert rates(text, 20) == [0.1] * 5 + [0.7] * 15


_PARSER = "import argparse\np = argparse.ArgumentParser()\np.add_argument('--lr', type=float, default=0.2)\n"


def test_an_option_that_a_parser_of_the_text_does_not_have() -> None:
    known = f"{_PARSER}args = p.parse_args()"
    assert rate(known, "getattr(args, 'rate', 0.7)") == 0.7
    assert rate(known, "0.5 if hasattr(args, 'lr') and not hasattr(args, 'rate') else 0.9") == 0.5
    handed = f"{_PARSER}add_more(p)\nargs = p.parse_args()"
    assert "'args.rate' is not known here" in refused(handed, "getattr(args, 'rate', 0.7)")


def test_an_open_attribute_is_bound_by_its_name() -> None:
    text = (
        f"{_HEAD}opt.param_groups[0]['lr'] = getattr(args, 'lr', 0.5)\nfor b in range(3):\n    opt.step()\n"
    )
    around = Context(None, None, Clock(None, None))
    (reading,) = read(text, "train.py", around, bindings={"args.lr": "0.4"})
    assert reading.schedule(range(1)).tolist() == [0.4]


def test_a_callback_is_called_by_a_name_that_is_put_together() -> None:
    text = (
        "class Cb:\n    def on_end(self):\n        opt.param_groups[0]['lr'] *= 0.5\n    def on_begin(self): pass\n"
        "def fire(name):\n    for cb in [Cb()]:\n        getattr(cb, f'on_{name}')()\n"
        "for e in range(3):\n    fire('begin')\n    opt.step()\n    fire('end')\n"
    )
    assert rates(text, 3) == [0.1, 0.05, 0.025]


def test_a_forward_that_writes_the_rate() -> None:
    text = (
        "class Net(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.n = 0\n"
        "    def forward(self, x):\n        self.n += 1\n        if self.n == 3:\n"
        "            opt.param_groups[0]['lr'] = 0.01\n        return x\n"
        "net = Net()\nfor x in range(5):\n    loss = crit(net(x))\n    opt.step()\n"
    )
    assert rates(text, 5) == [0.1, 0.1, 0.01, 0.01, 0.01]


def test_an_optimizer_whose_keywords_are_not_known_asks_for_its_rate() -> None:
    text = "import torch\nopt = torch.optim.SGD(m.parameters(), **cfg)\nfor b in range(3):\n    opt.step()\n"
    with pytest.raises(NotationError, match=r"'cfg\['lr'\]' is not known here"):
        read(text, "train.py", Context(None, None, Clock(None, None)))


def test_a_function_that_a_decorator_keeps_somewhere_is_not_taken_for_uncalled() -> None:
    text = (
        "sch = torch.optim.lr_scheduler.ExponentialLR(opt, 0.5)\n"
        "@engine.on('epoch')\ndef decay(e): sch.step()\nfor e in range(3):\n    opt.step()\n"
    )
    with pytest.raises(NotationError, match="not followed from where this text calls it"):
        rates(text)


@pytest.mark.parametrize(
    ("test", "turns"),
    [
        ("Phase(e) != Phase(3)", {0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}),
        ("not Phase(e) != Phase(3)", {3}),
        ("Phase(3) < Phase(e) < Phase(9)", {4, 5, 6, 7, 8}),
    ],
)
def test_what_own_comparisons_say_of_the_turn(test: str, turns: set[int]) -> None:
    """`!=` of an own __eq__ was not inverted where it hangs on the turn, and a chain was its first link."""
    text = (
        "import torch\nclass Phase:\n    def __init__(self, n):\n        self.n = n\n"
        "    def __eq__(self, other):\n        return self.n == other.n\n"
        "    def __lt__(self, other):\n        return self.n < other.n\n"
        "opt = torch.optim.SGD(p, lr=0.1)\nfor e in range(14):\n"
        f"    opt.param_groups[0]['lr'] = 0.1 if {test} else 0.01\n    opt.step()\n"
    )
    (reading,) = read(text, "train.py", Context(None, None, Clock(None, None)))
    assert {t for t in range(14) if reading.schedule(t) == 0.1} == turns
