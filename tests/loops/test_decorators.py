"""Decorators of a text's own; what Python really does with them stands there as numbers."""

import pytest

from tests.loops.test_public_habits import one, refused

BEGIN = """
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
"""
TIMER = """
def timed(fn):
    @functools.wraps(fn)
    def wrapper(*args, **kwargs):
        start = time.time()
        found = fn(*args, **kwargs)
        print(fn.__name__, time.time() - start)
        return found
    return wrapper
"""
EVERY = """
def every(n):
    def decorate(fn):
        {count}
        def wrapper(*args, **kwargs):
            {more}
            if {asked} % n == 0:
                return fn(*args, **kwargs)
        return wrapper
    return decorate
"""


@pytest.mark.parametrize("turns", [8, 500])
@pytest.mark.parametrize(
    ("decorator", "rates"),
    [
        (f"{TIMER}@timed", [0.1, 0.05, 0.025, 0.0125]),
        (
            EVERY.format(count="calls = 0", more="nonlocal calls; calls += 1", asked="calls") + "@every(2)",
            [0.1, 0.1, 0.05, 0.05],
        ),
        (
            EVERY.format(count="seen = {'n': 0}", more="seen['n'] += 1", asked="seen['n']") + "@every(3)",
            [0.1, 0.1, 0.1, 0.05],
        ),
        # Two of them, the lower first; a class; one that only keeps the function.
        (
            f"{TIMER}def twice(fn):\n    def wrapper():\n        fn()\n        return fn()\n    return wrapper\n"
            "@timed\n@twice",
            [0.1, 0.025, 0.00625],
        ),
        (
            "class Twice:\n    def __init__(self, fn):\n        self.fn = fn\n    def __call__(self):\n"
            "        self.fn()\n        self.fn()\n@Twice",
            [0.1, 0.025, 0.00625],
        ),
        (
            "KEPT = {}\ndef kept(name):\n    def decorate(fn):\n        KEPT[name] = fn\n        return fn\n"
            "    return decorate\n@kept('tick')",
            [0.1, 0.05],
        ),
        ("def never(fn):\n    def wrapper(*a):\n        return None\n    return wrapper\n@never", [0.1, 0.1]),
    ],
)
def test_what_a_decorator_puts_in_a_functions_place_is_followed(
    decorator: str, rates: list[float], turns: int
) -> None:
    loop = f"for i in range({turns}):\n    optimizer.step()\n    tick()\n"
    found = one(f"{BEGIN}{decorator}\ndef tick():\n    scheduler.step()\n{loop}")
    assert found.schedule(range(len(rates))).tolist() == pytest.approx(rates)
    assert found.horizon == turns


def test_what_wraps_a_function_that_trains_trains_too() -> None:
    many = (
        "def many(n):\n    def decorate(fn):\n        def wrapper():\n            for _ in range(n):\n"
        "                fn()\n        return wrapper\n    return decorate\n@many(300)\n"
    )
    loop = "def train():\n    optimizer.step()\nfor epoch in range(3):\n    train()\n    scheduler.step()\n"
    reading = one(BEGIN + many + loop)
    assert (reading.horizon, reading.steps_per_epoch) == (3, 300)
    assert reading.schedule([0, 1, 2]).tolist() == pytest.approx([0.1, 0.05, 0.025])
    then = "def then(fn):\n    def wrapper():\n        fn()\n        scheduler.step()\n    return wrapper\n@then\n"
    reading = one(f"{BEGIN}{then}def train():\n    optimizer.step()\nfor epoch in range(3):\n    train()\n")
    assert reading.schedule([0, 1, 2]).tolist() == pytest.approx([0.1, 0.05, 0.025])


@pytest.mark.parametrize(
    ("decorator", "rates"),
    [("timed", [0.1, 0.05, 0.025]), ("every(2)", [0.1, 0.1, 0.05]), ("torch.no_grad()", [0.1, 0.05, 0.025])],
)
def test_a_method_is_decorated_once_for_all_objects(decorator: str, rates: list[float]) -> None:
    text = TIMER + EVERY.format(count="calls = 0", more="nonlocal calls; calls += 1", asked="calls")
    hook = f"class Hook:\n    @{decorator}\n    def end(self):\n        scheduler.step()\nhook = Hook()\n"
    loop = "for i in range(300):\n    optimizer.step()\n    hook.end()\n"
    assert one(BEGIN + text + hook + loop).schedule([0, 1, 2]).tolist() == pytest.approx(rates)


@pytest.mark.parametrize(
    "decorator", ["functools.lru_cache", "functools.lru_cache(maxsize=None)", "cache", "other"]
)
def test_a_decorator_that_is_not_followed_is_named(decorator: str) -> None:
    other = "def other(fn):\n    return make(fn)\n"
    loop = "for i in range(8):\n    optimizer.step()\n    tick(i // 4)\n"
    said = refused(f"{BEGIN}{other}@{decorator}\ndef tick(epoch):\n    scheduler.step()\n{loop}")
    assert f"what the decorator '{decorator}' makes of tick is not followed" in said
    # One that touches no rate may be cached.
    rate = f"{BEGIN}@functools.cache\ndef size(n):\n    return n\nfor i in range(size(8)):\n    optimizer.step()\n    scheduler.step()\n"
    assert one(rate).horizon == 8
