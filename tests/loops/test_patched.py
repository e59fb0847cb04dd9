"""Methods that are bound anew, and classes that are changed from outside: followed, or refused by name."""

import pytest

from tests.loops.test_public_habits import one, refused

BEGIN = """
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
class Callback:
    def end(self): pass
"""
STEP = "class Step(Callback):\n    def end(self): scheduler.step()\n"
LOOP = "for i in range({turns}):\n    optimizer.step()\n    {last}\n"


@pytest.mark.parametrize("turns", [5, 40])
@pytest.mark.parametrize(
    ("text", "last", "rates"),
    [
        # A class's name for another's method, or for its own.
        (
            STEP + "class Both(Step):\n    other = Step.end\n    end = Callback.end\nboth = Both()\n",
            "both.end(); both.other()",
            [0.1, 0.05, 0.025],
        ),
        (
            STEP + "class Twice(Step):\n    def end(self):\n        Step.end(self)\n        super().end()\n    __call__ = end\n"
            "twice = Twice()\n",
            "twice()",
            [0.1, 0.025, 0.00625],
        ),
        ("Callback.end = lambda self: scheduler.step()\ncb = Callback()\n", "cb.end()", [0.1, 0.05, 0.025]),
        ("setattr(Callback, 'end', lambda self: scheduler.step())\ncb = Callback()\n", "cb.end()", [0.1, 0.05]),
        # In the middle of the training.
        (
            STEP + "cb = Step()\n",
            "cb.end()\n    if i == 1:\n        Step.end = lambda self: None",
            [0.1, 0.05, 0.025, 0.025],
        ),
        (
            "def tick():\n    scheduler.step()\n",
            "tick()\n    if i == 1:\n        def tick():\n            pass",
            [0.1, 0.05, 0.025, 0.025],
        ),
        # What an object's own class says of its truth.
        (
            "class Few:\n    n = 0\n    def __call__(self):\n        self.n += 1\n        scheduler.step()\n"
            "    def __bool__(self):\n        return self.n < 2\nfew = Few()\n",
            "if few:\n        few()",
            [0.1, 0.05, 0.025, 0.025],
        ),
    ],
)  # fmt: skip
def test_what_is_bound_at_the_call_is_what_is_called(
    text: str, last: str, rates: list[float], turns: int
) -> None:
    found = one(BEGIN + text + LOOP.format(turns=turns, last=last)).schedule
    assert found(range(len(rates))).tolist() == pytest.approx(rates)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        (
            "torch.optim.lr_scheduler.ExponentialLR.get_lr = lambda self: [0.1]",
            "what ExponentialLR does is changed",
        ),
        ("torch.optim.lr_scheduler.ExponentialLR.step = quiet", "what ExponentialLR does is changed"),
        ("torch.optim.SGD.step = other", "what SGD does is changed"),
        ("torch.optim.SGD = Mine", "what SGD does is changed"),
        ("setattr(torch.optim.SGD, 'step', other)", "what SGD does is changed"),
        ("optimizer.step = types.MethodType(other, optimizer)", "SGD's own 'step' is written over"),
        ("setattr(optimizer, 'step', other)", "SGD's own 'step' is written over"),
        ("mock.patch.object(scheduler, 'step').start()", "mock.patch.object changes"),
    ],
)
def test_what_pytorch_has_is_not_changed_in_silence(line: str, named: str) -> None:
    loop = LOOP.format(turns=5, last="scheduler.step()")
    assert named in refused(f"{BEGIN}{line}\n{loop}")


def test_other_things_of_a_framework_may_be_bound() -> None:
    lines = "torch.backends.cudnn.benchmark = True\ntorch.nn.Module.extra = 3\noptimizer.calls = 0\n"
    found = one(BEGIN + lines + LOOP.format(turns=5, last="scheduler.step()")).schedule
    assert found([0, 1]).tolist() == pytest.approx([0.1, 0.05])


def test_messages_name_the_place_and_what_is_wrong() -> None:
    loop = LOOP.format(turns=5, last="match phase():\n        case 1:\n            scheduler.step()")
    assert ":8:11: which of these ways is taken is not known" in refused(BEGIN + loop)
    mine = "class Mine(torch.optim.SGD):\n    def step(self): pass\n"
    text = f"{mine}o = Mine(p, lr=0.1)\ns = torch.optim.lr_scheduler.StepLR(o, 3)\n"
    assert "an object of this text's class Mine" in refused(text)
    two = "[S(optimizer, 3), S(optimizer, 2)]"
    late = (
        f"optimizer.step()\nS = torch.optim.lr_scheduler.StepLR\nlate = SequentialLR(optimizer, {two}, [2])\n"
    )
    assert "built behind updates of its optimizer" in refused(
        BEGIN.replace("scheduler = ", "#") + late + LOOP.format(turns=5, last="late.step()")
    )
