import torch
from torch.optim.lr_scheduler import LambdaLR

lr = 0.001
optimizer = torch.optim.Adam(model.parameters(), lr=lr, weight_decay=0.0001)
update_func = lambda epoch: lr
scheduler = LambdaLR(optimizer, lr_lambda=update_func)
