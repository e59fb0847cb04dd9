import numpy as np
import torch

epochs, warmup = 20, 5
rates = np.zeros(epochs)
rates[:warmup] = np.linspace(0.02, 0.1, warmup)
rates[warmup:] = 0.05 * (1 + np.cos(np.pi * np.arange(epochs - warmup) / (epochs - warmup)))
rates[-2:] *= 0.1

optimizer = torch.optim.SGD(model.parameters(), lr=rates[0])
for epoch in range(epochs):
    for group in optimizer.param_groups:
        group["lr"] = rates[epoch]
    for x, y in batches(1000):
        loss_of(model(x), y).backward()
        optimizer.step()
    if optimizer.param_groups[0]["lr"] < 1e-3:
        break
