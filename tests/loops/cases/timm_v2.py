import torch
from timm.scheduler import create_scheduler_v2

optimizer = torch.optim.AdamW(p, lr=1e-3)
lr_scheduler, num_epochs = create_scheduler_v2(
    optimizer,
    sched="cosine",
    num_epochs=300,
    warmup_epochs=5,
    warmup_lr=1e-6,
    min_lr=1e-5,
    cooldown_epochs=10,
)
