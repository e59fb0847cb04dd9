"""Parameter groups with a rate of their own: drawn where the text says which there are, else asked for."""

import numpy as np
import pytest

import lrplot
from lrplot.document.overrides import Overrides
from lrplot.sources.reference import load

TRAIN = (
    "scheduler = StepLR(optimizer, 3)\nfor epoch in range(6):\n    optimizer.step()\n    scheduler.step()\n"
)
CHOSEN = (
    "def main(args):\n"
    "    groups = [dict(params=model.head.parameters(), lr=0.3)]\n"
    "    if args.weights == 'finetune':\n"
    "        groups.append(dict(params=model.body.parameters(), lr=0.01))\n"
    "    optimizer = SGD(groups, 0.7)\n" + "".join(f"    {line}\n" for line in TRAIN.splitlines())
)


def test_a_group_added_under_an_open_condition_is_asked_for_and_not_drawn_at_the_optimizers_rate() -> None:
    """No group of it has the 0.7 that SGD is given."""
    with pytest.raises(lrplot.LrplotError, match=r"--let args\.weights=") as told:
        load(CHOSEN)
    assert "--lr says" in str(told.value)


def test_as_bound_it_is_its_own_rates() -> None:
    (run,) = load(CHOSEN, Overrides(bindings={"args.weights": "freeze"}))
    assert run.schedule(np.array([0, 3])).round(12).tolist() == [0.3, 0.03]


def test_a_comprehension_over_numbered_layers_gives_each_its_rate() -> None:
    script = (
        "layers = nn.ModuleList([nn.Linear(2, 2) for _ in range(3)])\n"
        'groups = [{"params": l.parameters(), "lr": 0.1 * 0.5 ** i} for i, l in enumerate(layers)]\n'
        "optimizer = SGD(groups, lr=1.0)\n"
    )
    (run,) = load(script + TRAIN)
    assert [float(group.schedule(0)) for group in run.groups] == [0.1, 0.05, 0.025]


def test_the_layers_are_asked_for_where_they_stand_elsewhere() -> None:
    script = (
        'optimizer = SGD([{"params": l, "lr": 0.1 * 0.5 ** i} for i, l in enumerate(net.layers)], lr=1.0)\n'
    )
    with pytest.raises(lrplot.LrplotError, match=r"--let net\.layers="):
        load(script + TRAIN)
    (run,) = load(script + TRAIN, Overrides(bindings={"net.layers": "[0, 1]"}))
    assert [float(group.schedule(0)) for group in run.groups] == [0.1, 0.05]
