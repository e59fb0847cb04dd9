import torch
from torch.optim.lr_scheduler import LambdaLR


def rate(step, d, scale, warm):
    step = max(step, 1)
    return scale * d**-0.5 * min(step**-0.5, step * warm**-1.5)


optimizer = torch.optim.Adam(model.parameters(), lr=1.0)
scheduler = LambdaLR(optimizer, lr_lambda=lambda t: rate(t, 512, 1.0, 4000))
