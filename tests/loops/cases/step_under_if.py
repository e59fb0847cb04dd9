import torch

optimizer = torch.optim.SGD(p, lr=0.1)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=30)
for epoch in range(30):
    train(optimizer)
    if epoch >= 10:
        scheduler.step()
