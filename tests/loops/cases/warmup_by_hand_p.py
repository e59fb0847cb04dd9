import torch

optimizer = torch.optim.SGD(p, lr=0.1)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=95)
for epoch in range(100):
    if epoch < 5:
        for p in optimizer.param_groups:
            p["lr"] = 0.1 * (epoch + 1) / 5
    else:
        scheduler.step()
    train()
