import torch

optimizer = torch.optim.AdamW(
    [
        {"params": model.backbone.parameters(), "lr": 1e-5, "name": "backbone"},
        {"params": model.head.parameters(), "name": "head"},
    ],
    lr=1e-4,
)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=[1e-4, 1e-3], total_steps=300)
for step in range(300):
    loss(step).backward()
    optimizer.step()
    scheduler.step()
