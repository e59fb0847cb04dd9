import math


def adjust_rate(optimizer, epoch, cfg):
    """按轮调整学习率：线性预热，再半个余弦"""
    w = cfg.warmup_epochs
    if epoch < w:
        value = cfg.lr * epoch / w
    else:
        share = (epoch - w) / (cfg.epochs - w)
        value = cfg.min_lr + (cfg.lr - cfg.min_lr) * (1 + math.cos(math.pi * share)) / 2
    for group in optimizer.param_groups:
        group["lr"] = value * group.get("lr_scale", 1)
    return value
