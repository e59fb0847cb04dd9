"""What a script keeps beside its numbers, and changes: lists, dictionaries, attributes, by any of its names.

Expected are the turns in which the scheduler steps, or the rates, by hand; PyTorch, run, has the same.
"""

from collections.abc import Sequence

import pytest

from lrplot.clock import Clock
from lrplot.frameworks.texts import read
from lrplot.schedules.base import Context
from tests.loops.after import After

_HEAD = """import torch
opt = torch.optim.SGD(model.parameters(), lr=0.1)
sch = torch.optim.lr_scheduler.ExponentialLR(opt, 0.9)
"""
_TURNS = 20
_LOOP = f"for i in range({_TURNS}):\n    opt.step()\n"
_AFTER = After()
drawn = _AFTER.one
refused = _AFTER.refused


def stepped_in(turns: Sequence[int], text: str) -> bool:
    """Whether the rates are those of a scheduler that steps at the end of these turns, and no others."""
    expected = [0.1 * 0.9 ** sum(turn < k for turn in turns) for k in range(_TURNS)]
    return drawn(text).schedule(range(_TURNS)).tolist() == pytest.approx(expected)


@pytest.mark.parametrize(
    ("before", "turn", "turns"),
    [
        ("done = []", "if len(done) < 5:\n        sch.step()\n        done.append(i)", range(5)),
        ("done = []", "if not done:\n        sch.step()\n        done.append(i)", [0]),
        ("a = b = []", "a.append(i)\n    if len(b) < 6:\n        sch.step()", range(5)),
        ("seen = []", "seen += [i]\n    if len(seen) % 5 == 0:\n        sch.step()", [4, 9, 14, 19]),
        ("seen = set()", "if i // 8 not in seen:\n        seen.add(i // 8)\n        sch.step()", [0, 8, 16]),
        ("due = [3, 8]", "if due and i == due[0]:\n        sch.step()\n        due.pop(0)", [3, 8]),
        ("c = {}", 'if "warm" not in c:\n        sch.step()\n    if i == 5:\n        c["warm"] = 1', range(6)),
        ("c = {}", 'if not c.get("end"):\n        sch.step()\n    if i == 2:\n        c["end"] = 1', range(3)),
        ('m = "a"', 'if m == "a":\n        sch.step()\n    if i == 7:\n        m = "b"', range(8)),
        ("m = None", "if m is None:\n        sch.step()\n    if i == 1:\n        m = 5", [0, 1]),
        ("n = ['a']", "if 'b' not in n:\n        sch.step()\n    if i == 3:\n        n[0] = 'b'", range(4)),
        ("c = {'n': 9}", "if i % c['n'] == 0:\n        sch.step()\n    if i == 9:\n        c.update(n=4)",
         [0, 9, 12, 16]),
        ("class S:\n    done = []\ns = S()",
         "if len(s.done) < 5:\n        sch.step()\n        s.done.append(i)", range(5)),
        ("class S:\n    m = 'a'\ns = S()", "if s.m == 'a':\n        sch.step()\n    if i == 4:\n        s.m = 0",
         range(5)),
        ("h = []\ndef note(x):\n    h.append(x)", "note(i)\n    if len(h) < 6:\n        sch.step()", range(5)),
        ("n = 9\ndef end(i):\n    if i % n == 0:\n        sch.step()",
         "end(i)\n    if i == 9:\n        globals()['n'] = 4", [0, 9, 12, 16]),
        ("class C: pass\nc = C()\nc.n = 9\ndef end(i):\n    if i % c.n == 0:\n        sch.step()",
         "end(i)\n    if i == 9:\n        setattr(c, 'n', 4)", [0, 9, 12, 16]),
        ("log = {}", "log.setdefault('i', []).append(i)\n    if len(log['i']) == 3:\n        sch.step()", [2]),
    ],
)  # fmt: skip
def test_what_a_turn_changes_the_next_turn_finds_changed(
    before: str, turn: str, turns: Sequence[int]
) -> None:
    assert stepped_in(turns, f"{_HEAD}{before}\n{_LOOP}    {turn}\n")


@pytest.mark.parametrize(
    "turn",
    [
        "losses.append(i)\n    if len(losses) > 9:\n        losses = losses[-5:]",
        "losses.append(i)\n    if len(losses) > 9:\n        losses.pop(0)",
        "history['losses'].append(i)\n    history['last'] = i",
        "history[i % 7] = history.get(i % 7, 0) + 1",
        "mine = [0 for _ in range(3)]\n    mine[i % 3] += 1\n    mine.append(i)",
        "for each in losses[-3:]:\n        print(each)\n    losses.append(i)",
    ],
)
def test_what_is_kept_to_be_shown_costs_no_turn(turn: str) -> None:
    # More turns than are followed one by one.
    text = f"{_HEAD}losses = []\nhistory = {{'losses': []}}\n{_LOOP}    {turn}\n    sch.step()\n"
    assert drawn(text.replace(str(_TURNS), "1_000_000")).schedule([0, 10]).tolist() == pytest.approx(
        [0.1, 0.1 * 0.9**10]
    )


_ARGS = """import argparse
p = argparse.ArgumentParser()
p.add_argument("--lr", type=float, default=0.2)
p.add_argument("--gamma", type=float, default=0.5)
args = p.parse_args()
"""
_CFG = "cfg = {'opt': {'lr': 0.1}, 'gamma': 0.5}\n"


@pytest.mark.parametrize(
    ("text", "lr", "gamma"),
    [
        (f"{_ARGS}for k, v in {{'lr': 0.05, 'gamma': 0.8}}.items():\n    setattr(args, k, v)\n", "args", (0.05, 0.8)),
        (f"{_ARGS}vars(args).update({{'gamma': 0.8}})\n", "args", (0.2, 0.8)),
        (f"{_ARGS}args.__dict__['lr'] = 0.01\nd = vars(args)\nd['gamma'] = 0.8\n", "args", (0.01, 0.8)),
        ("class A: lr, gamma = 0.1, 0.5\nargs = A()\ndef end(a):\n    a.lr *= 4\nend(args)\n", "args", (0.4, 0.5)),
        ("class A:\n    def __init__(self, **kw):\n        for k, v in kw.items():\n"
         "            setattr(self, k, v)\nargs = A(lr=0.3, gamma=0.7)\n", "args", (0.3, 0.7)),
        ("class A:\n    lr = 0.1\n    def __init__(self, **kw):\n        self.__dict__.update(kw)\n"
         "args = A(gamma=0.7)\n", "args", (0.1, 0.7)),
        ("from dataclasses import dataclass, field, replace\n@dataclass\nclass A:\n    lr: float = 0.1\n"
         "    gs: list = field(default_factory=lambda: [0.9])\n    def __post_init__(self):\n        self.lr *= 2\n"
         "        self.gs.append(0.5)\n        self.gamma = self.gs[-1]\nargs = replace(A(), gs=[1])\n",
         "args", (0.4, 0.5)),
        ("class A:\n    lr, _gamma = 0.1, 0.5\n    @property\n    def gamma(self):\n        return self._gamma\n"
         "    @gamma.setter\n    def gamma(self, value):\n        self._gamma = value * 2\nargs = A()\n"
         "args.gamma = 0.3\n", "args", (0.1, 0.6)),
        (f"{_CFG}def put(c, **kw):\n    c.update(kw)\nput(cfg, gamma=0.9)\n", "cfg", (0.1, 0.9)),
        (f"{_CFG}def put(c, key, value):\n    *path, last = key.split('.')\n    for k in path:\n        c = c[k]\n"
         "    c[last] = value\nput(cfg, 'opt.lr', 0.3)\n", "cfg", (0.3, 0.5)),
        (f"{_CFG}o = cfg['opt']\no['lr'] = 0.7\nc2 = cfg.copy()\nc2['gamma'] = 0.9\nc2['opt']['lr'] *= 2\n",
         "cfg", (1.4, 0.5)),
        (f"import copy\n{_CFG}c2 = copy.deepcopy(cfg)\nc2['opt']['lr'] = 3\ncfg |= {{'gamma': 0.9}}\n",
         "cfg", (0.1, 0.9)),
        ("class C:\n    def __init__(self):\n        self.d = {'opt': {}}\n    def __setitem__(self, k, v):\n"
         "        self.d[k] = v\n    def __getitem__(self, k):\n        return self.d[k]\ncfg = C()\n"
         "cfg['gamma'] = 0.9\ncfg['opt']['lr'] = 0.3\n", "cfg", (0.3, 0.9)),
    ],
)  # fmt: skip
def test_a_configuration_that_is_changed_has_its_new_values(
    text: str, lr: str, gamma: tuple[float, float]
) -> None:
    reads = ("args.lr", "args.gamma") if lr == "args" else ("cfg['opt']['lr']", "cfg['gamma']")
    made = f"opt = torch.optim.SGD(p, lr={reads[0]})\nsch = torch.optim.lr_scheduler.ExponentialLR(opt, {reads[1]})\n"
    schedule = drawn(f"import torch\n{text}{made}{_LOOP}    sch.step()\n").schedule
    assert schedule([0, 1]).tolist() == pytest.approx([gamma[0], gamma[0] * gamma[1]])


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ("for k in open('keys'):\n    cfg[k] = 0.9\n", "cfg['gamma']"),
        ("for k in open('keys'):\n    cfg[k]['lr'] = 0.9\n", "cfg['gamma']"),
        ("for k in open('keys'):\n    cfg.update({k: 0.9})\n", "cfg['gamma']"),
        ("def put(c, k):\n    c[k] = 0.9\nfor k in open('keys'):\n    put(cfg, k)\n", "cfg['gamma']"),
        ("def deep(c, n):\n    if n:\n        deep(c, n - 1)\n    else:\n        c['gamma'] = 0.9\ndeep(cfg, 2)\n",
         "cfg['gamma']"),
        ("cfg.update(yaml.safe_load(open('more')))\n", "cfg['gamma']"),
        ("other = cfg\nother.update(yaml.safe_load(open('more')))\n", "cfg['gamma']"),
    ],
)  # fmt: skip
def test_a_change_that_is_not_followed_is_asked_for(change: str, asked: str) -> None:
    made = "sch = torch.optim.lr_scheduler.ExponentialLR(opt, cfg['gamma'])\n"
    text = (
        f"import torch, yaml\nopt = torch.optim.SGD(p, lr=0.1)\n{_CFG}{change}{made}{_LOOP}    sch.step()\n"
    )
    assert f"'{asked}' is not known here" in refused(text)
    (bound,) = read(text, "it", Context(None, None, Clock(None, None)), bindings={asked: "0.5"})
    assert bound.schedule([0, 1]).tolist() == pytest.approx([0.1, 0.05])


def test_a_shuffled_list_is_as_long_and_its_members_are_not_known() -> None:
    text = f"{_HEAD}import random\nlrs = [0.1, 0.2, 0.3, 0.4]\nrandom.shuffle(lrs)\n"
    assert drawn(f"{text}for each in lrs:\n    opt.step()\n    sch.step()\n").horizon == 4
    by_hand = text.replace("sch = torch.optim.lr_scheduler.ExponentialLR(opt, 0.9)\n", "")
    write = "for i in range(4):\n    opt.param_groups[0]['lr'] = lrs[i]\n    opt.step()\n"
    assert "'lrs' is not known here; bind it with --let lrs=" in refused(by_hand + write)
    told = {"lrs": "[0.3, 0.2, 0.1, 0.4]"}
    (bound,) = read(by_hand + write, "it", Context(None, None, Clock(None, None)), bindings=told)
    assert bound.schedule(range(4)).tolist() == [0.3, 0.2, 0.1, 0.4]


def test_rates_are_taken_from_a_list_as_python_takes_them() -> None:
    text = "import torch\nopt = torch.optim.SGD(p, lr=1)\nq = [0.1, 0.2]\nq += [0.5, 0.4]\nq.sort(reverse=True)\n"
    take = "while q:\n    opt.param_groups[0]['lr'] = q.pop(0)\n    opt.step()\n"
    assert drawn(text + take).schedule(range(4)).tolist() == [0.5, 0.4, 0.2, 0.1]


@pytest.mark.parametrize(
    ("before", "factor", "change"),
    [
        ("class C:\n    power = 0.9\nc = C()\n", "lambda e: (1 - e / 20) ** c.power", "c.power = 2"),
        ("class C:\n    k = 1.0\n    def f(self, e):\n        return self.k * 0.9 ** e\n    def less(self):\n"
         "        self.k *= 0.5\nc = C()\n", "c.f", "c.less()"),
        ("c = {'k': 1.0}\n", "lambda e: c['k'] * 0.9 ** e", "c.update(k=0.5)"),
        ("c = {'k': 1.0}\ndef k():\n    return c['k']\n", "lambda e: k() * 0.9 ** e", "c['k'] = 0.5"),
    ],
)  # fmt: skip
def test_what_a_schedulers_function_reads_and_a_turn_changes_is_refused(
    before: str, factor: str, change: str
) -> None:
    text = f"import torch\nopt = torch.optim.SGD(p, lr=0.1)\n{before}"
    text += f"sch = torch.optim.lr_scheduler.LambdaLR(opt, {factor})\n{_LOOP}    sch.step()\n"
    assert drawn(text).schedule(0) == pytest.approx(0.1)
    assert "which this text changes later" in refused(f"{text}    if i == 6:\n        {change}\n")


@pytest.mark.parametrize("factor", ["lambda e: q.pop(0)", "lambda e: q.append(1) or len(q)", "take"])
def test_a_schedulers_function_that_changes_a_list_is_refused(factor: str) -> None:
    text = "import torch\nopt = torch.optim.SGD(p, lr=0.1)\nq = [1, 0.5, 0.25]\ndef take(e):\n    return q.pop(0)\n"
    text += f"sch = torch.optim.lr_scheduler.LambdaLR(opt, {factor})\nfor i in range(2):\n    opt.step()\n"
    assert "a schedule's function that keeps state is not read" in refused(f"{text}    sch.step()\n")


@pytest.mark.parametrize(
    "factor", ["lambda e: c.get('k')", "lambda e: t.get(e, 1)", "lambda e: c['k']", "lambda e: s.f(e)"]
)
def test_a_schedulers_function_reads_what_nothing_changes(factor: str) -> None:
    kept = "c = {'k': 1}\nt = {50: 0.5}\nclass S:\n    of = {'k': 1}\n    def f(self, e):\n"
    kept += "        return self.of.get('k') * self.of['k']\ns = S()\n"
    text = f"{kept}{_HEAD}".replace("ExponentialLR(opt, 0.9)", f"LambdaLR(opt, {factor})")
    assert drawn(f"{text}{_LOOP}    sch.step()\n").schedule([0, 19]).tolist() == [0.1, 0.1]


def test_what_a_schedulers_function_does_not_read_may_change() -> None:
    text = f"c = {{'k': 1.0, 'n': 0}}\n{_HEAD}".replace(
        "ExponentialLR(opt, 0.9)", "LambdaLR(opt, lambda e: c['k'] / (e + 1))"
    )
    schedule = drawn(f"{text}{_LOOP}    c['n'] += 1\n    sch.step()\n").schedule
    assert schedule([0, 1, 9]).tolist() == pytest.approx([0.1, 0.05, 0.01])


@pytest.mark.parametrize(
    "change",
    [
        "vars(sch)['gamma'] = 0.8",
        "sch.__dict__.update(gamma=0.5)",
        "vars(sch).update({'gamma': 0.8})",
        "state['gamma'] = 0.8",
        "object.__setattr__(sch, 'gamma', 0.8)",
        "setattr(sch, 'gamma', 0.8)",
    ],
)
def test_a_schedulers_field_is_not_written_by_another_way(change: str) -> None:
    text = f"{_HEAD}state = vars(sch)\n{_LOOP}    sch.step()\n    if i == 9:\n        {change}\n"
    assert "own 'gamma' is written over here" in refused(text)


@pytest.mark.parametrize("change", ["opt.defaults['lr'] = 0.02", "opt.defaults.update(lr=0.02)"])
def test_a_group_that_is_added_has_the_rate_of_the_defaults_then(change: str) -> None:
    text = f"import torch\nopt = torch.optim.SGD(a.parameters(), lr=0.1)\n{change}\n"
    text += "opt.add_param_group({'params': b.parameters()})\nsch = torch.optim.lr_scheduler.StepLR(opt, 5, 0.5)\n"
    groups = drawn(f"{text}{_LOOP}    sch.step()\n").groups
    assert [group.schedule([0, 5]).tolist() for group in groups] == [[0.1, 0.05], [0.02, 0.01]]


def test_a_rate_by_epochs_is_drawn_whether_its_turns_are_read_as_one_or_followed() -> None:
    # 300 reaches farther than the batches that stand in at first, and then the turns are followed one by one:
    # Python's powers differ from NumPy's by a last bit.
    text = """import torch
opt = torch.optim.SGD(model.parameters(), lr=0.1)
epochs = 90
def rates(opt):
    lr = []
    for group in opt.param_groups:
        lr += [group["lr"]]
    return lr
for epoch in range(epochs):
    for group in opt.param_groups:
        group["lr"] = 0.1 * 0.1 ** (epoch // (75 if epochs == 300 else 30))
    now = rates(opt)[0]
    for i, batch in enumerate(loader):
        opt.step()
        if i % 10 == 0 and verbose:
            print(now)
"""
    reading = drawn(text)
    assert reading.by_epoch
    assert reading.horizon == 90
    assert reading.schedule([29, 30, 60]).tolist() == pytest.approx([0.1, 0.01, 0.001])


def test_what_a_function_counts_in_a_loop_of_many_turns_is_known_each_time() -> None:
    """A loop that left all open was passed over from then on, though a function that it calls counts."""
    text = """import torch
opt = torch.optim.SGD(model.parameters(), lr=0.1)
n = 0
def log():
    global n
    n += 1
for epoch in range(3):
    for i in range(20):
        log()
    opt.param_groups[0]["lr"] = 1 / n
    opt.step()
"""
    assert drawn(text).schedule(range(3)).tolist() == pytest.approx([1 / 20, 1 / 40, 1 / 60])


def test_members_of_what_is_not_known_are_no_end_in_themselves() -> None:
    """zip(*…) of lists of which one is open asked for its own members for ever."""
    text = """def k_fold(folds):
    a = [fold for fold in (1, 2)]
    b = [a[i - 1] for i in range(folds)]
    return a, b
"""
    loop = "for fold, (x, y) in enumerate(zip(*k_fold(n))):\n    opt.step()\n    sch.step()\n"
    assert drawn(_HEAD + text + loop).schedule([0, 1]).tolist() == pytest.approx([0.1, 0.09])


def test_a_warm_up_that_is_never_used_is_refused() -> None:
    """pytorch_warmup 0.2 puts 1/6 on the rate when LinearWarmup(optimizer, 6) is made: 0.0167, drawn was 0.1."""
    text = _HEAD + "import pytorch_warmup\nw = pytorch_warmup.LinearWarmup(opt, 6)\n"
    loop = "for i in range(20):\n    opt.step()\n    if i > {}:\n        with w.dampening():\n            sch.step()\n"
    assert "first factor" in refused(text + loop.format(50))
    assert drawn(text + loop.format(5)).schedule([0, 7]).tolist() == pytest.approx([0.1 / 6, 0.09 * 2 / 6])
