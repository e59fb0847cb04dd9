import torch


def lr_scale(batch_size):
    return 0.1 * batch_size / 256


optimizer = torch.optim.SGD(p, lr=lr_scale(512))
