import torch
from diffusers.optimization import get_scheduler

optimizer = torch.optim.AdamW(params, lr=1e-4)
lr_scheduler = get_scheduler(
    "cosine_with_restarts", optimizer=optimizer, num_warmup_steps=100, num_training_steps=1600, num_cycles=2
)
for step in range(1600):
    optimizer.step()
    lr_scheduler.step()
