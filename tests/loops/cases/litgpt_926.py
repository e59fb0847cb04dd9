import math

top, low = 4e-4, 4e-5


def get_lr(it: int, warm: int, total: int) -> float:
    if it < warm:
        return top * it / warm
    if it > total:
        return low
    return low + (top - low) * (1 + math.cos(math.pi * (it - warm) / (total - warm))) / 2


for it in range(600000):
    rate = get_lr(it, 2000, 600000)
    for group in optimizer.param_groups:
        group["lr"] = rate
