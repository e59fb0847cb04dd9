import torch

optimizer = torch.optim.SGD(p, lr=0.1)
scheduler = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(optimizer, T_0=10)
iters = 100
for epoch in range(30):
    for i in range(iters):
        optimizer.step()
        scheduler.step(epoch + i / iters)
