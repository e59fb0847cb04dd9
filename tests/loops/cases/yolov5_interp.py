import numpy as np
from torch.optim import SGD, lr_scheduler

epochs, nb = 100, 50
lf = lambda x: (1 - x / epochs) * (1.0 - 0.01) + 0.01
optimizer = SGD(model.parameters(), lr=0.01)
scheduler = lr_scheduler.LambdaLR(optimizer, lr_lambda=lf)
nw = 3 * nb
for epoch in range(epochs):
    for i in range(nb):
        ni = i + nb * epoch
        if ni <= nw:
            for j, x in enumerate(optimizer.param_groups):
                x["lr"] = np.interp(ni, [0, nw], [0.1 if j == 2 else 0.0, x["initial_lr"] * lf(epoch)])
        optimizer.step()
    scheduler.step()
