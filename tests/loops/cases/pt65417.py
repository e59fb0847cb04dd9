import torch

epochs = 5
lr_scheduler = torch.optim.lr_scheduler.OneCycleLR(
    optimizer, max_lr=1e-1, steps_per_epoch=1000, epochs=epochs, verbose=True
)
for epoch in range(epochs):
    for batch in train_dataloader:
        optimizer.step()
    lr_scheduler.step()
