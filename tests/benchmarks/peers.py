"""The same work by lrplot and by its peers: the rates of a cosine over 10^5 steps, and a picture of them."""

from typing import Final

from benchmarks.measures import Comparison, Rival, lrplot, memory, process

_STEPS: Final = 100_000

_PICTURE: Final = """
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
fig, ax = plt.subplots(figsize=(8, 4.5))
ax.plot(rates)
ax.set_xlabel("step")
ax.set_ylabel("learning rate")
fig.savefig("peer.png", dpi=150)
"""

_SGD: Final = "import torch\noptimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)\n"

_RATES: Final = {
    "naive NumPy": (
        f"import numpy as np\nrates = 0.05 * (1 + np.cos(np.pi * np.arange({_STEPS}) / {_STEPS}))",
        (),
    ),
    "Optax, jit(vmap)": (
        f"import jax, optax\nschedule = optax.cosine_decay_schedule(0.1, {_STEPS})\n"
        f"rates = jax.jit(jax.vmap(schedule))(jax.numpy.arange({_STEPS}))",
        ("optax",),
    ),
    "PyTorch, scheduler.step() alone": (
        f"{_SGD}scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max={_STEPS})\nrates = []\n"
        f"optimizer.step()\nfor _ in range({_STEPS}):\n"
        "    rates.append(scheduler.get_last_lr()[0])\n    scheduler.step()",
        ("torch",),
    ),
    "PyTorch, optimizer.step() too": (
        f"{_SGD}scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max={_STEPS})\nrates = []\n"
        f"for _ in range({_STEPS}):\n"
        "    rates.append(scheduler.get_last_lr()[0])\n    optimizer.step()\n    scheduler.step()",
        ("torch",),
    ),
    "Transformers": (
        f"{_SGD}from transformers import get_cosine_schedule_with_warmup\n"
        f"scheduler = get_cosine_schedule_with_warmup(optimizer, 0, {_STEPS})\nrates = []\noptimizer.step()\n"
        f"for _ in range({_STEPS}):\n    rates.append(scheduler.get_last_lr()[0])\n    scheduler.step()",
        ("torch", "transformers"),
    ),
    "Ignite, simulate_values": (
        f"{_SGD}from ignite.handlers import CosineAnnealingScheduler\n"
        "pairs = CosineAnnealingScheduler.simulate_values(\n"
        f"    num_events={_STEPS}, param_name='lr', start_value=0.1, end_value=0.0, cycle_size={_STEPS}\n)\n"
        "rates = [rate for _, rate in pairs]",
        ("torch", "ignite"),
    ),
    "MMEngine, a runner without a model": (
        # Of OpenCV, which it imports for its pictures, a runner sets the threads.
        "import logging, sys, torch, types\n"
        "sys.modules['cv2'] = types.SimpleNamespace(setNumThreads=id)\nfrom mmengine.hooks import Hook, ParamSchedulerHook\n"
        "from mmengine.model import BaseModel\nfrom mmengine.runner import Runner\nrates = []\n"
        "class Nothing(BaseModel):\n"
        "    def __init__(self):\n        super().__init__()\n        self.w = torch.nn.Parameter(torch.zeros(1))\n"
        "    def train_step(self, data, optim_wrapper):\n        return {}\n"
        "    def forward(self, *_):\n        return None\n"
        "class Look(Hook):\n    priority = 'VERY_HIGH'\n"
        "    def before_train_iter(self, runner, batch_idx, data_batch=None):\n"
        "        rates.append(runner.optim_wrapper.get_lr()['lr'][0])\n"
        "Runner._log_env = lambda *_: None\n"  # it would import whatever vision library is there
        f"runner = Runner(\n    model=Nothing(), work_dir='work', log_level=logging.ERROR,\n"
        f"    train_dataloader=torch.utils.data.DataLoader([0] * {_STEPS}),\n"
        f"    train_cfg=dict(by_epoch=False, max_iters={_STEPS}),\n"
        "    optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),\n"
        f"    param_scheduler=dict(type='CosineAnnealingLR', by_epoch=False, T_max={_STEPS}),\n"
        "    default_hooks=dict(runtime_info=None, timer=None, logger=None, checkpoint=None, sampler_seed=None),\n"
        "    custom_hooks=[Look()],\n)\nrunner.train()",
        ("torch", "mmengine"),
    ),
    "Keras, a call a step": (
        "import os\nos.environ.setdefault('KERAS_BACKEND', 'torch')\n"
        f"import keras\nschedule = keras.optimizers.schedules.CosineDecay(0.1, {_STEPS})\n"
        f"rates = [float(schedule(step)) for step in range({_STEPS})]",
        ("keras",),
    ),
}
"""What gives the rates, and the packages it needs."""

_OURS: Final = ("render", "cosine", "--steps", str(_STEPS), "-o", "ours.png")


def _scripts() -> dict[str, tuple[str, tuple[str, ...]]]:
    return {name: (code + _PICTURE, needs) for name, (code, needs) in _RATES.items()}


PEERS: Final = {
    "peers: cosine of 10^5 steps and its picture, time": Comparison(
        lrplot(*_OURS),
        {name: Rival(process("-c", code), None, needs) for name, (code, needs) in _scripts().items()},
        rounds=3,
    ),
    "peers: cosine of 10^5 steps and its picture, memory": Comparison(
        memory("-m", "lrplot", *_OURS),
        {name: Rival(memory("-c", code), None, needs) for name, (code, needs) in _scripts().items()},
        rounds=1,
        unit="MiB",
    ),
}
