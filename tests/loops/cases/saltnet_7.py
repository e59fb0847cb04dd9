from torch.optim import Adam
from torch.optim.lr_scheduler import _LRScheduler


class Noam(_LRScheduler):
    def __init__(self, opt, warm):
        self.warm = warm
        super().__init__(opt)

    def get_lr(self):
        n = max(1, self.last_epoch)
        k = self.warm**0.5 * min(n**-0.5, n * self.warm**-1.5)
        return [b * k for b in self.base_lrs]


optimizer = Adam(model.parameters(), lr=0.01)
scheduler = Noam(optimizer, 10)
