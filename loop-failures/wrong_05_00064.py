import torch
import torch.optim as optim


class GradualWarmup:
    def __init__(self, optimizer, total, after_scheduler):
        self.optimizer, self.total = optimizer, total
        self.after_scheduler, self.count = after_scheduler, 0
        self.base = [group["lr"] for group in optimizer.param_groups]
        self._set(1 / total)

    def _set(self, factor):
        for base, group in zip(self.base, self.optimizer.param_groups):
            group["lr"] = base * factor

    def step(self):
        self.count += 1
        if self.count < self.total:
            self._set((self.count + 1) / self.total)
        else:
            self.after_scheduler.step()


params = [torch.nn.Parameter(torch.zeros(3))]
train_loader = list(range(8))
optimizer = torch.optim.Adam(params, lr=0.05)
warmup_scheduler = optim.lr_scheduler.LinearLR(optimizer, start_factor=0.39, total_iters=2)
main_scheduler = optim.lr_scheduler.StepLR(optimizer, step_size=2)
scheduler = optim.lr_scheduler.SequentialLR(optimizer, [warmup_scheduler, main_scheduler], milestones=[2])
scheduler = GradualWarmup(optimizer, 20, after_scheduler=scheduler)
optimizer.add_param_group({"params": [torch.nn.Parameter(torch.zeros(2))], "lr": 0.3})
sched_now = scheduler
for epoch in range(10):
    for i, batch in zip(range(len(train_loader)), train_loader):
        optimizer.zero_grad()
        optimizer.step()
    if (epoch + 1) in [4, 6, 8]:
        sched_now.step()
