from torch.optim.lr_scheduler import StepLR
from torch.optim.sgd import SGD
from warmup_scheduler import GradualWarmupScheduler

optim = SGD(model.parameters(), 0.1)
scheduler_steplr = StepLR(optim, step_size=10, gamma=0.1)
scheduler_warmup = GradualWarmupScheduler(
    optim, multiplier=1, total_epoch=5, after_scheduler=scheduler_steplr
)
for epoch in range(1, 20):
    scheduler_warmup.step(epoch)
    optim.step()
