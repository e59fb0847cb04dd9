import math

top, low, warm, end = 1e-3, 1e-4, 100, 1000


def get_lr(t):
    n = min(t, end - warm)
    if t <= warm:
        return top * n / warm
    return max(low, top / 2 * (1 + math.cos(math.pi * (n - warm) / end)))
