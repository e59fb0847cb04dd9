"""The programs that a whole run of lrplot is compared with, as a person would write them."""

from typing import Final

PYPLOT: Final = """
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

steps, warmup, lr = 1000, 100, 0.1
t = np.arange(steps)
cosine = 0.5 * lr * (1 + np.cos(np.pi * (t - warmup) / (steps - warmup)))
fig, ax = plt.subplots(figsize=(8, 4.5))
ax.plot(t, np.where(t < warmup, lr * t / warmup, cosine), label="warmup_cosine")
ax.set_title("warmup_cosine")
ax.set_xlabel("step")
ax.set_ylabel("learning rate")
ax.grid(True)
ax.legend()
fig.tight_layout()
fig.savefig("pyplot.png", dpi=150)
"""

TORCH: Final = """
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import torch

optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max={steps})
rates = []
for _ in range({steps}):
    rates.append(scheduler.get_last_lr()[0])
    optimizer.step()
    scheduler.step()
fig, ax = plt.subplots(figsize=(8, 4.5))
ax.plot(rates)
ax.set_xlabel("step")
ax.set_ylabel("learning rate")
fig.savefig("torch.png", dpi=150)
"""

TYPER: Final = """
import typer

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)

@app.command()
def one(name: str = "x") -> None:
    "Do nothing."
    {imports}

@app.command()
def two(name: str = "x") -> None:
    "Do nothing either."

app()
"""
