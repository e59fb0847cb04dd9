import torch

optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=10, gamma=0.1)
for epoch in range(3):
    for i in range(100):
        loss.backward()
        if (i + 1) % 4 == 0:
            optimizer.step()
            scheduler.step()
