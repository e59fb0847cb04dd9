import torch
import torch.optim.lr_scheduler as sch
from torch.optim.lr_scheduler import _LRScheduler
import math


class Noam(_LRScheduler):
    def __init__(self, optimizer, total, warmup=4):
        self.warmup = warmup
        super().__init__(optimizer)

    def get_lr(self):
        step = max(1, self._step_count)
        scale = self.warmup**0.5 * min(step**-0.5, step * self.warmup**-1.5)
        return [base * scale for base in self.base_lrs]


params = [torch.nn.Parameter(torch.zeros(3))]
loader = list(range(3))
optimizer = torch.optim.SGD(params, lr=0.4, momentum=0.9)
iters_per_epoch = len(loader)
scheduler = Noam(optimizer, 30)
for epoch in range(10):
    for step, batch in enumerate(loader):
        optimizer.zero_grad()
        optimizer.step()
        scheduler.step(epoch + step / iters_per_epoch)
