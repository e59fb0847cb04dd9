import pytorch_warmup as warmup
import torch

optimizer = torch.optim.AdamW(p, lr=1e-3)
lr_scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=1000)
warmup_scheduler = warmup.UntunedLinearWarmup(optimizer)
for step in range(1000):
    optimizer.step()
    with warmup_scheduler.dampening():
        lr_scheduler.step()
