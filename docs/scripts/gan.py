import torch

generator, critic = torch.nn.Linear(8, 2), torch.nn.Linear(2, 1)
opt_g = torch.optim.Adam(generator.parameters(), lr=2e-4)
opt_c = torch.optim.Adam(critic.parameters(), lr=4e-4)
sched_g = torch.optim.lr_scheduler.StepLR(opt_g, 10, 0.5)
sched_c = torch.optim.lr_scheduler.StepLR(opt_c, 10, 0.5)
for epoch in range(30):
    for i in range(60):
        critic_loss(critic, generator).backward()
        opt_c.step()
        if i % 5 == 0:
            generator_loss(critic, generator).backward()
            opt_g.step()
    sched_g.step()
    sched_c.step()
