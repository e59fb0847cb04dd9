import torch

optimizer = torch.optim.SGD([{"params": params, "initial_lr": 0.1}], lr=0.01)
scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[30, 60], gamma=0.1, last_epoch=39)
for epoch in range(40, 90):
    train()
    scheduler.step()
