import torch
from torch.optim import lr_scheduler as lrs
import pytorch_warmup as warmup
import math


def lr_lambda(step):
    factor = 0.5 * (1 + math.cos(math.pi * min(step, 12) / 12))
    return factor


skipped = 1
base_lr = 0.1
max_iters = 12
params = [torch.nn.Parameter(torch.zeros(3))]
optimizer = torch.optim.SGD(params, lr=base_lr)
sched = lrs.LambdaLR(optimizer, lr_lambda)
other = warmup.ExponentialWarmup(optimizer, 4)
lr_sched = [sched.step]
with torch.autograd.set_detect_anomaly(False):
    for _ in range(skipped):
        sched.step()
    for iteration in range(max_iters):
        optimizer.zero_grad()
        optimizer.step()
        with other.dampening():
            [hook() for hook in lr_sched]
