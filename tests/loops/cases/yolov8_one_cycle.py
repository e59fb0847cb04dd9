import math

from torch import optim

top, share, epochs = 0.01, 0.01, 100


def wave(a, b, n):
    return lambda t: max((1 - math.cos(t * math.pi / n)) / 2, 0) * (b - a) + a


optimizer = optim.SGD(model.parameters(), lr=top, momentum=0.937)
scheduler = optim.lr_scheduler.LambdaLR(optimizer, lr_lambda=wave(1, share, epochs))
for epoch in range(epochs):
    train()
    scheduler.step()
