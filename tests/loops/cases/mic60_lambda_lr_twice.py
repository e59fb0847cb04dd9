import argparse

import torch
from torch.optim.lr_scheduler import LambdaLR

parser = argparse.ArgumentParser()
parser.add_argument("--lr", default=0.01, type=float)
parser.add_argument("--lr-gamma", default=0.001, type=float)
parser.add_argument("--lr-decay", default=0.75, type=float)
parser.add_argument("--epochs", default=30, type=int)
parser.add_argument("-i", "--iters-per-epoch", default=1000, type=int)


def main(args):
    optimizer = torch.optim.SGD(net.parameters(), args.lr, momentum=0.9)
    lr_scheduler = LambdaLR(
        optimizer, lambda x: args.lr * (1.0 + args.lr_gamma * float(x)) ** (-args.lr_decay)
    )
    for epoch in range(args.epochs):
        train(loader, model, optimizer, lr_scheduler, epoch, args)


def train(loader, model, optimizer, lr_scheduler, epoch, args):
    for i in range(args.iters_per_epoch):
        optimizer.step()
        lr_scheduler.step()


if __name__ == "__main__":
    args = parser.parse_args()
    main(args)
