import torch
from accelerate import Accelerator
from transformers import get_scheduler

accelerator = Accelerator()
max_train_steps, num_warmup_steps = 1000, 100
optimizer = torch.optim.AdamW(model.parameters(), lr=5e-5)
lr_scheduler = get_scheduler(
    name="linear",
    optimizer=optimizer,
    num_warmup_steps=num_warmup_steps * accelerator.num_processes,
    num_training_steps=max_train_steps * accelerator.num_processes,
)
model, optimizer, train_dataloader, lr_scheduler = accelerator.prepare(
    model, optimizer, train_dataloader, lr_scheduler
)
for epoch in range(10):
    for step, batch in enumerate(train_dataloader):
        optimizer.step()
        lr_scheduler.step()
