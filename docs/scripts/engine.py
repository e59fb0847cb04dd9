import torch
from ignite.engine import Engine, Events

optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 10, gamma=0.1)


def update(engine, batch):
    optimizer.zero_grad()
    loss_of(model, batch).backward()
    optimizer.step()


trainer = Engine(update)


@trainer.on(Events.EPOCH_COMPLETED)
def decay(engine):
    scheduler.step()


trainer.run(loader, max_epochs=30, epoch_length=100)
