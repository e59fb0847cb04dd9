from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR


def main(args):
    optimizer = SGD(model.parameters(), lr=args.lr)
    scheduler = StepLR(optimizer, step_size=args.step_size)


if __name__ == "__main__":
    main(get_args())
