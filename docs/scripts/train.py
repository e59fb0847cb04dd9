import argparse

import torch

parser = argparse.ArgumentParser()
parser.add_argument("--learning_rate", type=float, required=True)
parser.add_argument("--epochs", type=int, default=90)
parser.add_argument("--sched", choices=["step", "cosine"], default="step")
args = parser.parse_args()

optimizer = torch.optim.SGD(model.parameters(), lr=args.learning_rate)
if args.sched == "step":
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30)
else:
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, args.epochs)
for epoch in range(args.epochs):
    optimizer.step()
    scheduler.step()
