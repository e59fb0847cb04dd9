"""Optimizer calls as people write them: read here and made there, they move the weights alike."""

from typing import Any

import numpy as np
import pytest

from lrplot.document.overrides import Overrides
from lrplot.sources.reference import load

pytestmark = pytest.mark.live

GRADIENTS = [0.5, -0.25, 0.1, 0.7, -1.5, 0.02]
FORMULA = " + ".join(f"({value}) * (t == {i})" for i, value in enumerate(GRADIENTS))

TORCH = (
    "torch.optim.SGD(w, 0.1, 0.9, 0.1, 0.01)",
    "torch.optim.SGD(w, lr=0.1, momentum=0.9, nesterov=True, weight_decay=1e-2, foreach=False)",
    "torch.optim.Adagrad(w, 0.01, 0.1, 0.02, 0.3, 1e-3)",
    "torch.optim.Adagrad(w)",
    "torch.optim.RMSprop(w, 0.01, 0.9, 1e-3, 0.1, 0.5, True)",
    "torch.optim.RMSprop(w, lr=0.01, centered=True)",
    "torch.optim.Adam(w, 0.01, (0.8, 0.95), 1e-6, 0.1, True)",
    "torch.optim.Adam(w, betas=(0.5, 0.9), amsgrad=True)",
    "torch.optim.AdamW(w, 0.01, (0.8, 0.95), 1e-6, 0.1)",
    "torch.optim.AdamW(w, lr=3e-4, weight_decay=0.5, fused=False)",
)
KERAS = (
    "keras.optimizers.SGD(0.1, 0.9, True)",
    "keras.optimizers.Adagrad(0.01, 0.2, 1e-4)",
    "keras.optimizers.Adagrad(learning_rate=0.01)",
    "keras.optimizers.RMSprop(0.01, 0.8, 0.5, 1e-3, True)",
    "keras.optimizers.RMSprop(learning_rate=0.01)",
    "keras.optimizers.Adam(0.01, 0.8, 0.95, 1e-3, True)",
    "keras.optimizers.Adam(learning_rate=0.001, beta_2=0.9, weight_decay=0.1)",
    "keras.optimizers.AdamW(0.01, 0.3, 0.8)",
    "keras.optimizers.AdamW(weight_decay=0.1)",
)


def weights(call: str) -> Any:
    said = Overrides(settings={"gradients": FORMULA, "steps": str(len(GRADIENTS))})
    (run,) = load(call, said)
    assert run.optimization is not None
    one = run.optimization.optimizer.updates(run.schedule, GRADIENTS, 1.0)
    return one.weights


@pytest.mark.parametrize("call", TORCH)
def test_pytorchs_call_moves_the_weight_as_pytorch_does(call: str) -> None:
    import torch

    w = [torch.nn.Parameter(torch.ones(1, dtype=torch.float64))]
    optimizer = eval(call, {"torch": torch, "w": w})  # noqa: S307 (the calls above)
    moved = [1.0]
    for gradient in GRADIENTS:
        w[0].grad = torch.full((1,), gradient, dtype=torch.float64)
        optimizer.step()
        moved.append(float(w[0].detach()))
    np.testing.assert_allclose(weights(call), moved, rtol=1e-12)


@pytest.mark.parametrize("call", KERAS)
def test_kerass_call_moves_the_weight_as_keras_does(call: str) -> None:
    import keras

    weight = keras.Variable(np.ones(1), dtype="float32")
    optimizer = eval(call, {"keras": keras})  # noqa: S307 (the calls above)
    optimizer.build([weight])
    moved = [1.0]
    for gradient in GRADIENTS:
        optimizer.apply([keras.ops.convert_to_tensor([gradient], dtype="float32")])
        moved.append(weight.value.detach().tolist()[0])
    np.testing.assert_allclose(weights(call), moved, rtol=3e-5)
