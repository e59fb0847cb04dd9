optim_wrapper = dict(optimizer=dict(type="AdamW", lr=1e-3))
param_scheduler = [dict(type="MultiStepLR", by_epoch=True, milestones=[30, 60, 90], gamma=0.1)]
train_cfg = dict(by_epoch=True, max_epochs=100, val_interval=1)
