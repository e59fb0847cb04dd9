"""What published training scripts do beside their loops; the rates are hand arithmetic, as PyTorch runs them."""

import pytest

from lrplot.clock import Clock
from lrplot.document.overrides import Overrides
from lrplot.errors import LrplotError, NotationError
from lrplot.frameworks.texts import read
from lrplot.python.reading import Reading
from lrplot.schedules.base import Context
from lrplot.sources.reference import load


def one(text: str, let: dict[str, str] | None = None) -> Reading:
    (reading,) = read(text, "it", Context(None, None, Clock(None)), assumed_lr=0.1, bindings=let)
    return reading


def refused(text: str, let: dict[str, str] | None = None) -> str:
    with pytest.raises(NotationError) as caught:
        read(text, "it", Context(None, None, Clock(None)), assumed_lr=0.1, bindings=let)
    return str(caught.value)


MADE = """
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 4)
"""

FACTORY = """
def build(optimizer, length):
    return torch.optim.lr_scheduler.StepLR(optimizer, length)
def train(epochs, rate):
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    scheduler = build(optimizer, epochs // 5)
    for epoch in range(epochs):
        for i in range(3):
            optimizer.step()
        scheduler.step()
"""


class TestFunctionsThatNothingCalls:
    def test_one_that_another_calls_is_read_where_it_is_called_alone(self) -> None:
        reading = one(FACTORY, {"epochs": "20", "rate": "0.5"})
        assert (reading.horizon, reading.steps_per_epoch, reading.by_epoch) == (20, 3, True)
        assert reading.schedule([3, 4, 8]).tolist() == pytest.approx([0.5, 0.05, 0.005])

    def test_what_the_caller_says_is_not_asked_for(self) -> None:
        assert "--let epochs=… --let rate=…" in refused(FACTORY)
        assert "length" not in refused(FACTORY).splitlines()[0]

    def test_a_method_that_another_of_its_object_calls_is_read_there(self) -> None:
        text = """
class Trainer:
    def __init__(self, model):
        self.optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        self.scheduler = torch.optim.lr_scheduler.StepLR(self.optimizer, 4)
    def train_epoch(self):
        for i in range(3):
            self.optimizer.step()
    def train(self):
        for epoch in range(12):
            self.train_epoch()
            self.scheduler.step()
"""
        reading = one(text)
        assert (reading.horizon, reading.steps_per_epoch) == (12, 3)

    def test_the_word_that_decides_which_scheduler_is_made_is_asked_for(self) -> None:
        text = (
            "def make(optimizer, cfg):\n    kind = cfg.get('kind', 'cosine')\n    if kind == 'step':\n"
            "        return torch.optim.lr_scheduler.StepLR(optimizer, 4)\n"
            "    return torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 10)\n"
            "def train(cfg):\n    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
            "    scheduler = make(optimizer, cfg)\n"
            "    for step in range(10):\n        optimizer.step()\n        scheduler.step()\n"
        )
        assert "\"cfg.get('kind', 'cosine')=…\"" in refused(text)
        reading = one(text, {"cfg.get('kind', 'cosine')": "step"})
        assert reading.schedule([3, 4, 8]).tolist() == pytest.approx([0.1, 0.01, 0.001])


@pytest.mark.parametrize(
    ("loops", "updates", "each"),
    [
        # Free adversarial training: each batch is replayed.
        ("for epoch in range(5): | for x in loader: | for _ in range(8):", 400, 80),
        ("for epoch in range(5): | for i in range(10): | for _ in range(8):", 400, 80),
        ("for epoch in range(5): | for i in range(10): | for part in parts: | for _ in range(2):", 400, 80),
        ("for e in range(5): | for x in loader: | for part in parts:", 200, 40),
        ("for e in range(5): | for x in loader: | for inner_epoch in range(4):", 200, 40),
        # Runs round epochs, and tasks within one.
        ("for run in range(3): | for epoch in range(5): | for i in range(10):", 150, 10),
        ("for run in range(3): | for e in range(5): | for x in loader:", 150, 10),
        ("for epoch in range(5): | for task in range(3): | for x in loader:", 150, 10),
        # One pass over the batches is one epoch, whatever is done with each.
        ("for x in loader: | for _ in range(8):", 80, None),
    ],
)
def test_an_epoch_is_a_turn_round_the_loop_over_batches(loops: str, updates: int, each: int | None) -> None:
    lines = [" " * 4 * i + line for i, line in enumerate(loops.split(" | "))]
    inside = " " * 4 * len(lines)
    text = (
        "loader = torch.utils.data.DataLoader(torch.randn(40, 2), 4)\nparts = [1, 2, 3, 4]\n"
        "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
        "scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 100)\n"
        + "\n".join(lines)
        + f"\n{inside}optimizer.step()\n{inside}scheduler.step()\n"
    )
    reading = one(text)
    assert (reading.horizon, reading.steps_per_epoch) == (updates, each)
    assert reading.schedule([0, 99, 100]).tolist() == pytest.approx([0.1, 0.1, 0.01])


@pytest.mark.parametrize(
    "under",
    ["tqdm(loader)", "tqdm(enumerate(loader))", "enumerate(tqdm(loader))", "iter(loader)", "list(loader)"],
)
def test_a_loader_may_be_put_under_a_bar_under_its_own_name(under: str) -> None:
    text = (
        "def train(loader):\n    loader = " + under + "\n    for x in loader:\n        optimizer.step()\n"
        "loader = torch.utils.data.DataLoader(torch.randn(12, 2), 4)\n" + MADE + "for epoch in range(10):\n"
        "    train(loader)\n    scheduler.step()\n"
    )
    reading = one(text)
    assert (reading.horizon, reading.steps_per_epoch) == (10, 3)


PARSED = """
{before}
parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default={epochs})
parser.add_argument("--lr", type=float, default={lr})
args = parser.parse_args()
optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 4)
for epoch in range(args.epochs):
    optimizer.step()
    scheduler.step()
"""


class TestDefaultsOfOptions:
    @pytest.mark.parametrize(
        ("before", "epochs", "lr"),
        [
            ("EPOCHS = 12\nLR = 0.2", "EPOCHS", "LR"),
            ("EPOCHS: int = 2 * 6\nLR = 0.4 / 2", "EPOCHS", "LR"),
            ("class Default:\n    EPOCHS = 12\n    LR = 0.2", "Default.EPOCHS", "Default.LR"),
            ("DEFAULT = {'epochs': 12, 'lr': 0.2}", "DEFAULT['epochs']", "DEFAULT['lr']"),
            ("EPOCHS, LR = 3, 4\ndef f():\n    LR = 7\nE = 12\nRATE = 0.2", "E", "RATE"),
        ],
    )
    def test_a_constant_of_the_module_is_one(self, before: str, epochs: str, lr: str) -> None:
        reading = one(PARSED.format(before=before, epochs=epochs, lr=lr))
        assert reading.horizon == 12
        assert reading.schedule([3, 4]).tolist() == pytest.approx([0.2, 0.02])

    @pytest.mark.parametrize(
        "before",
        [
            "LR = 0.2\nLR = 0.3",
            "LR = 0.2\nif fast:\n    LR = 0.3",
            "LR = 0.2\ndef f():\n    global LR\n    LR = 0.3\nf()",
            "LR = read()",
        ],
    )
    def test_a_name_that_is_bound_more_often_is_none(self, before: str) -> None:
        assert "--let args.lr=…" in refused(PARSED.format(before=before, epochs="12", lr="LR"))


SPAWNED = """
import argparse, torch
import torch.multiprocessing as mp
def worker(gpu, ngpus, args):
    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 4)
    for epoch in range(args.epochs):
        optimizer.step()
        scheduler.step()
        if gpu % ngpus == 0:
            print(epoch)
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--lr", type=float, default=0.2)
    args = parser.parse_args()
    ngpus = torch.cuda.device_count()
    {call}
if __name__ == "__main__":
    main()
"""


@pytest.mark.parametrize(
    "call",
    [
        "mp.spawn(worker, nprocs=ngpus, args=(ngpus, args))",
        "torch.multiprocessing.spawn(worker, (ngpus, args), ngpus)",
        "mp.spawn(fn=worker, args=(ngpus, args), nprocs=ngpus, join=True)",
    ],
)
def test_a_function_started_in_processes_is_followed_as_called(call: str) -> None:
    reading = one(SPAWNED.format(call=call))
    assert reading.horizon == 12
    assert reading.schedule([3, 4]).tolist() == pytest.approx([0.2, 0.02])


def test_a_notebooks_launcher_tells_no_number() -> None:
    text = (
        "from accelerate import notebook_launcher\ndef train(rate, length):\n"
        "    optimizer = torch.optim.SGD(model.parameters(), lr=rate)\n"
        "    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 4)\n"
        "    for step in range(length):\n        optimizer.step()\n        scheduler.step()\n"
        "notebook_launcher(train, args=(0.2, 12), num_processes=2)\n"
    )
    assert one(text).horizon == 12


class TestBindings:
    TEXT = """
from data import voc
cfg = voc
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
count = 0
for iteration in range(0, cfg['most']):
    if iteration in cfg['steps']:
        count += 1
        for group in optimizer.param_groups:
            group['lr'] = 0.1 * 0.5 ** count
    optimizer.step()
"""

    def test_what_a_stand_in_opens_is_not_asked_for(self) -> None:
        assert "\"cfg['steps']=…\" --let \"cfg['most']=…\"" in refused(self.TEXT)
        assert "iteration in" not in refused(self.TEXT).splitlines()[0]

    def test_one_that_answers_a_question_is_not_said_to_bind_nothing(self) -> None:
        for given in ({"cfg['steps']": "[3, 6]"}, {"cfg['most']": "12"}):
            assert "binds no name" not in self._said({**given})
        assert "--let cfg['mots'] binds no name" in self._said({"cfg['mots']": "1", "cfg['steps']": "[3]"})

    def _said(self, let: dict[str, str]) -> str:
        with pytest.raises(LrplotError) as caught:
            load(self._path, Overrides(bindings=let))
        return str(caught.value)

    @pytest.fixture(autouse=True)
    def _written(self, tmp_path) -> None:  # type: ignore[no-untyped-def]  # pytest's own
        path = tmp_path / "it.py"
        path.write_text(self.TEXT)
        self._path = str(path)


@pytest.mark.parametrize(
    "beside",
    [
        "payload.update({'scheduler': scheduler.state_dict()})",
        "save(payload, optimizer, scheduler)",
        "bar.update(1)",
        "losses.update(2.5)",
        "refine(optimizer)",
    ],
)
def test_a_call_that_is_not_called_so_trains_no_second_epoch(beside: str) -> None:
    text = (
        "from trainer import train_epoch\npayload = {'a': 1}\ndef save(payload, optimizer, scheduler):\n"
        "    payload.update({'optimizer': optimizer.state_dict()})\n    torch.save(payload, 'x.pt')\n"
        + MADE
        + f"for epoch in range(12):\n    train_epoch(model, optimizer)\n    scheduler.step()\n    {beside}\n"
    )
    reading = one(text)
    assert reading.horizon == 12
    assert reading.schedule([3, 4, 8]).tolist() == pytest.approx([0.1, 0.01, 0.001])


class TestTurnsThatTrainAnew:
    INSIDE = """
    optimizer = torch.optim.SGD(model.parameters(), lr={lr})
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 4)
    for epoch in range(12):
        for i in range(3):
            optimizer.step()
        scheduler.step()
"""

    @pytest.mark.parametrize(
        "loop",
        [
            "for run in range(25):",
            "for run in range(3):",
            "for fold, (train, test) in enumerate(folds.split(data)):",
            "def main(run):{inside}\nfor run in range(25):\n    main(run)",
        ],
    )
    def test_one_of_those_that_are_alike_is_drawn(self, loop: str) -> None:
        inside = self.INSIDE.format(lr=0.1)
        text = loop.format(inside=inside) if "{inside}" in loop else loop + inside
        reading = one(text)
        assert (reading.horizon, reading.steps_per_epoch) == (12, 3)
        assert reading.schedule([3, 4, 8]).tolist() == pytest.approx([0.1, 0.01, 0.001])
        assert any("trains anew, and with the same curve" in note for note in reading.notes)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("rate = 0.1\nfor run in range(25):{}    rate = rate / 2", "their curves differ"),
            ("rates = [0.1 / (i + 1) for i in range(25)]\nfor run in range(25):{}", "trains anew"),
        ],
    )
    def test_those_that_differ_are_told_so(self, text: str, said: str) -> None:
        lr = "rate" if "rate = " in text else "rates[run]"
        assert said in refused(text.format(self.INSIDE.format(lr=lr)))

    def test_few_that_differ_are_drawn_each(self) -> None:
        text = "for rate in [0.1, 0.2]:" + self.INSIDE.format(lr="rate")
        found = read(text, "it", Context(None, None, Clock(None)), assumed_lr=0.1)
        assert [each.schedule(0) for each in found] == [0.1, 0.2]

    def test_an_optimizer_that_trains_on_is_not_begun_anew(self) -> None:
        text = (
            MADE + "for task in range(20):\n    inner = torch.optim.SGD(model.parameters(), lr=0.5)\n"
            "    for k in range(5):\n        inner.step()\n    optimizer.step()\n    scheduler.step()\n"
        )
        found = read(text, "it", Context(None, None, Clock(None)), assumed_lr=0.1)
        assert [each.horizon for each in found if each.call == "StepLR"] == [20]

    def test_optimizers_that_one_loop_makes_and_another_trains_are_each_drawn(self) -> None:
        text = (
            "made = []\nfor i in range(2):\n    opt = torch.optim.SGD(model.parameters(), lr=0.1)\n"
            "    made.append((opt, torch.optim.lr_scheduler.StepLR(opt, 4)))\n"
            "for epoch in range(12):\n    for opt, sched in made:\n        opt.step()\n        sched.step()\n"
        )
        assert len(read(text, "it", Context(None, None, Clock(None)), assumed_lr=0.1)) == 2


OWN = """
class Own({base}):
    def __init__(self, params, lr=1e-3):
        defaults = dict(lr=lr)
        super(Own, self).__init__(params, {given})
    def step(self, closure=None):
        for group in self.param_groups:
            {inside}
optimizer = Own({params}, lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 4)
for step in range(12):
    optimizer.step()
    scheduler.step()
"""


class TestOptimizersOfTheText:
    @pytest.mark.parametrize(
        ("base", "given", "inside", "params", "rate"),
        [
            ("torch.optim.Optimizer", "defaults", "p.add_(g, alpha=-group['lr'])", "model.parameters()", 0.1),
            ("torch.optim.SGD", "lr=lr", "super().step(closure)", "model.parameters()", 0.1),
            ("torch.optim.Optimizer", "defaults", "pass", "[{'params': ps, 'lr': 0.3}]", 0.3),
        ],
    )
    def test_one_has_the_rate_that_its_constructor_hands_on(
        self, base: str, given: str, inside: str, params: str, rate: float
    ) -> None:
        text = "import torch\n" + OWN.format(base=base, given=given, inside=inside, params=params)
        reading = one(text)
        assert reading.horizon == 12
        assert reading.schedule([3, 4]).tolist() == pytest.approx([rate, rate / 10])

    def test_one_that_writes_its_own_rate_is_refused_as_such(self) -> None:
        own = OWN.format(
            base="torch.optim.Optimizer", given="defaults", inside="group['lr'] = 0.5", params="ps"
        )
        assert "writes its own rate in step" in refused("import torch\n" + own)


class TestWhatIsAskedFor:
    def test_constants_may_be_imported_where_they_are_used(self) -> None:
        text = (
            "def f(step):\n    from math import cos, pi\n    return 0.5 * (1 + cos(step * pi / 10))\n"
            "optimizer = torch.optim.SGD(model.parameters(), lr=0.2)\n"
            "scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, f)\n"
            "for step in range(10):\n    optimizer.step()\n    scheduler.step()\n"
        )
        assert one(text).schedule([0, 5]).tolist() == pytest.approx([0.2, 0.1])

    def test_a_loss_scaler_of_the_framework_itself_is_there(self) -> None:
        text = (
            "import torch\ntry:\n    from torch.cuda.amp import GradScaler\nexcept ImportError:\n"
            "    GradScaler = None\n"
            + MADE
            + "scaler = GradScaler() if GradScaler is not None else None\nfor step in range(12):\n"
            "    if scaler:\n        scaler.scale(loss).backward()\n    else:\n        optimizer.step()\n"
            "    if scaler:\n        scaler.step(optimizer)\n    else:\n        optimizer.step()\n"
            "    scheduler.step()\n"
        )
        reading = one(text)
        assert reading.horizon == 12
        assert reading.schedule([3, 4]).tolist() == pytest.approx([0.1, 0.01])

    def test_keywords_that_nobody_gives_are_none(self) -> None:
        text = (
            "def make(optimizer, **kwargs):\n"
            "    return torch.optim.lr_scheduler.StepLR(optimizer, kwargs.get('size', 4), kwargs.get('by', 0.5))\n"
            "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
            "scheduler = make(optimizer, by=0.1)\n"
            "for step in range(12):\n    optimizer.step()\n    scheduler.step()\n"
        )
        assert one(text).schedule([3, 4]).tolist() == pytest.approx([0.1, 0.01])

    def test_a_length_that_is_only_printed_is_not(self) -> None:
        text = (
            "print(len(test_loader))\noptimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
            "scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 4)\n"
            "for x in train_loader:\n    optimizer.step()\n    scheduler.step()\n    if late():\n        pass\n"
            "total = 0\nfor x in train_loader:\n    total += 1\n    for g in optimizer.param_groups:\n"
            "        g['lr'] = 0.1 / total\n    optimizer.step()\n"
        )
        assert "len(test_loader)" not in refused(text)
        assert "len(train_loader)" in refused(text)

    def test_the_kind_of_scheduler_before_what_one_kind_needs(self) -> None:
        text = (
            "config = vars(parse_args())\n"
            "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
            "if config['scheduler'] == 'cosine':\n"
            "    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, config['length'])\n"
            "elif config['scheduler'] == 'step':\n"
            "    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 4)\n"
            "for step in range(12):\n    optimizer.step()\n    scheduler.step()\n"
        )
        assert "config['length']" not in refused(text).splitlines()[0]
        assert "\"config['scheduler']=…\"" in refused(text)
        assert one(text, {"config['scheduler']": "step"}).schedule(4) == pytest.approx(0.01)

    def test_a_row_of_results_is_no_parameter_group(self) -> None:
        text = (
            MADE + "def record(args):\n    data = {}\n    data['lr'] = args.lr\n    return data\n"
            "for step in range(12):\n    optimizer.step()\n    scheduler.step()\natexit.register(record)\n"
        )
        assert one(text).horizon == 12

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("from utils import *\n" + MADE + "adjust_learning_rate(optimizer, 3)\n", "is not in this text"),
            (
                "def f(make_scheduler):\n    optimizer = torch.optim.SGD(m.parameters(), lr=0.1)\n"
                "    scheduler = make_scheduler(optimizer)\n    scheduler.step()\n",
                "is a function that this text is given",
            ),
            (
                "optimizer = torch.optim.SGD(m.parameters(), lr=0.1)\n"
                "scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, rates.__getitem__)\n",
                "write it as a function of the step",
            ),
        ],
    )
    def test_what_is_elsewhere_is_told_so(self, text: str, said: str) -> None:
        assert said in refused(text)
        assert "did you mean" not in refused(text)

    def test_the_lists_are_not_what_is_interpolated_between_them(self) -> None:
        text = (
            "import numpy as np\noptimizer = torch.optim.SGD(m.parameters(), lr=0.1)\n"
            "rate = lambda t: np.interp([t], cfg.at, cfg.rates)[0]\n"
            "for step in range(10):\n    optimizer.param_groups[0]['lr'] = rate(step)\n    optimizer.step()\n"
        )
        assert "--let cfg.at=… --let cfg.rates=…" in refused(text)
        reading = one(text, {"cfg.at": "[0, 4, 8]", "cfg.rates": "[0, 0.4, 0]"})
        assert reading.schedule([0, 2, 4, 6]).tolist() == pytest.approx([0, 0.2, 0.4, 0.2])


def test_a_parameter_is_asked_for_though_a_variable_elsewhere_is_called_so() -> None:
    text = (
        "class Noam:\n    def __init__(self, optimizer, width, warmup):\n        self._optimizer = optimizer\n"
        "        self.width, self.warmup, self.steps = width, warmup, 0\n    def step(self):\n"
        "        width, warmup = self.width, self.warmup\n        self.steps += 1\n"
        "        rate = width * min(self.steps ** -0.5, self.steps * warmup ** -1.5)\n"
        "        for group in self._optimizer.param_groups:\n            group['lr'] = rate\n"
        "        self._optimizer.step()\n"
    )
    assert "--let width=… --let warmup=…" in refused(text)
