"""A scheduler's ``step`` that a text puts away: followed to where it is called, or refused where it stands."""

import pytest

from tests.loops.test_public_habits import one, refused

BEGIN = """
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
"""


@pytest.mark.parametrize(
    ("held", "call", "rates"),
    [
        ("step = scheduler.step", "step()", [0.1, 0.05, 0.025]),
        (
            "hooks = {'end': [scheduler.step]}",
            "for hook in hooks['end']:\n        hook()",
            [0.1, 0.05, 0.025],
        ),
        ("steps = [scheduler.step, scheduler.step]", "steps[0]()", [0.1, 0.05, 0.025]),
        ("steps = [scheduler.step] * 2", "for f in steps[: 1 + (i > 0)]:\n        f()", [0.1, 0.05, 0.0125]),
        ("", "list(map(lambda s: s.step(), [scheduler] * (i % 2)))", [0.1, 0.1, 0.05]),
        ("", "any(s.step() for s in [scheduler, scheduler])", [0.1, 0.025, 0.00625]),
    ],
)
@pytest.mark.parametrize("turns", [8, 40])
def test_a_step_is_followed_to_where_it_is_called(
    held: str, call: str, rates: list[float], turns: int
) -> None:
    found = one(f"{BEGIN}{held}\nfor i in range({turns}):\n    optimizer.step()\n    {call}\n")
    assert found.schedule([0, 1, 2]).tolist() == pytest.approx(rates)
    assert not found.never_stepped


def test_a_part_of_a_list_of_data_does_not_make_turns_differ() -> None:
    # So many turns could not be followed one by one.
    loop = (
        "for i in range(10**6):\n    batch = samples[i * 8 : (i + 1) * 8] + [0] * i\n    optimizer.step()\n"
    )
    assert one(f"{BEGIN}samples = list(range(99))\n{loop}    scheduler.step()\n").horizon == 10**6


@pytest.mark.parametrize("given", ["scheduler.step", "tick", "lambda: tick()"])
def test_a_function_that_is_given_a_step_calls_it(given: str) -> None:
    # More turns than a loop that touches nothing is followed through.
    text = (
        "def tick():\n    scheduler.step()\ndef often(f):\n    for _ in range(300):\n        f()\n"
        f"for i in range(4):\n    optimizer.step()\n    often({given})\n"
    )
    assert one(BEGIN + text).schedule(1) == pytest.approx(0.1 * 0.5**300)


def test_a_step_that_a_dictionary_keeps_is_followed_to_its_call() -> None:
    kept = "hooks = {}\nhooks.setdefault('end', []).append(scheduler.step)\n"
    loop = "for i in range(8):\n    optimizer.step()\n    if i % 2:\n        hooks['end'][0]()\n"
    assert one(f"{BEGIN}{kept}{loop}").schedule([1, 2, 4]).tolist() == pytest.approx([0.1, 0.05, 0.025])


@pytest.mark.parametrize(
    ("held", "call", "place"),
    [
        (
            "hooks = {}\nhooks.setdefault('end', []).append(scheduler.step)",
            "run(hooks)",
            "scheduler.step",
        ),
        ("hooks = defaultdict(list)\nhooks['end'].append(scheduler.step)", "run(hooks)", "scheduler.step"),
        ("trainer.register('end', scheduler.step)", "trainer.run()", "scheduler.step"),
        ("trainer.end = scheduler.step", "trainer.run()", "scheduler.step"),
        ("", "all(s.step() for s in [scheduler, scheduler])", "all"),
        ("", "list(map(lambda s: s.step(), schedulers_of(loader)))", "mapped"),
    ],
)
def test_a_step_that_is_put_out_of_sight_is_refused(held: str, call: str, place: str) -> None:
    loop = f"for i in range(8):\n    optimizer.step()\n    {call}\n"
    assert place in refused(f"{BEGIN}{held}\n{loop}")
    # Beside a step that is followed it is one too many.
    assert place in refused(f"{BEGIN}{held}\n{loop}    scheduler.step()\n")
