"""The line "warm-up" under a table: ramps that a trainer has a formula of its own for are counted too."""

from pathlib import Path

from lrplot.curve import summarise
from lrplot.schedules.constant import Constant
from lrplot.schedules.lambda_ import Lambda
from lrplot.schedules.sequence import Sequence
from lrplot.trainers.facts import Facts
from lrplot.trainers.registry import read_training

EXAMPLES = Path(__file__).parent / "examples"


def figure(path: Path, facts: Facts) -> float:
    found = read_training(path.read_text(), path.name, facts)
    assert found is not None
    return summarise(found[2].schedule, found[2].updates).warmup.value


def test_yolo_and_yolox_warm_up_as_long_as_their_derivation_says() -> None:
    # 118287 / 64 → 1849 batches × 5 epochs; ⌈1000 / 16⌉ = 63 batches × 3 epochs, but of 2 at most.
    assert figure(EXAMPLES / "yolox/yolox_s.py", Facts(examples=118287)) == 1849 * 5
    text = (EXAMPLES / "ultralytics/args.yaml").read_text().replace("optimizer: auto", "optimizer: SGD")
    found = read_training(text, "args.yaml", Facts(examples=1000))
    assert found is not None
    assert summarise(found[2].schedule, found[2].updates).warmup.value == 126


def test_a_formula_that_falls_or_ends_above_what_follows_is_no_warmup() -> None:
    rest = Constant(lr=0.1)
    for factor, warm in (("0.1 * t / 10", 10), ("0.1 - 0.01 * t", 0), ("0.2 * t / 9", 0)):
        curve = Sequence(parts=(Lambda(lr=1, factor=factor), rest), lengths=(10,))
        assert summarise(curve, 50).warmup.value == warm
