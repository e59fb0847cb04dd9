optim_wrapper = dict(optimizer=dict(type="AdamW", lr=1e-3))
param_scheduler = [
    dict(type="LinearLR", start_factor=1e-3, by_epoch=True, end=20),
    dict(type="CosineAnnealingLR", eta_min=1e-5, by_epoch=True, begin=20),
]
train_cfg = dict(by_epoch=True, max_epochs=300, val_interval=1)
