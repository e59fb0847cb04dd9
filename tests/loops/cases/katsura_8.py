import torch
from cosine_annealing_warmup import CosineAnnealingWarmupRestarts

optimizer = torch.optim.SGD(p, lr=0.1)
scheduler = CosineAnnealingWarmupRestarts(
    optimizer, first_cycle_steps=10000, warmup_steps=2000, max_lr=0.002, min_lr=1e-4, gamma=0.5
)
