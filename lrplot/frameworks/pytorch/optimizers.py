"""PyTorch's optimizers, and those of other packages that are called as they are."""

from typing import Final

from lrplot.python.optimizer_calls import OptimizerCall, Optimizers

OPTIMIZERS: Final = Optimizers(
    rule="pytorch",
    first=("params", "lr"),
    home="torch.optim",
    base="Optimizer",
    opening="model.parameters(), lr=",
    ignored=frozenset({"foreach", "fused", "capturable", "differentiable"}),
    calls={
        "SGD": OptimizerCall(1e-3, "sgd", "momentum dampening weight_decay nesterov maximize"),
        "Adam": OptimizerCall(1e-3, "adam", "betas eps weight_decay amsgrad maximize"),
        "AdamW": OptimizerCall(1e-3, "adamw", "betas eps weight_decay amsgrad maximize"),
        "Adagrad": OptimizerCall(
            1e-2, "adagrad", "lr_decay weight_decay initial_accumulator_value eps maximize"
        ),
        "RMSprop": OptimizerCall(1e-2, "rmsprop", "alpha eps weight_decay momentum centered maximize"),
        "Adadelta": OptimizerCall(1.0),
        "Adamax": OptimizerCall(2e-3),
        "NAdam": OptimizerCall(2e-3),
        "RAdam": OptimizerCall(1e-3),
        "Rprop": OptimizerCall(1e-2),
        "ASGD": OptimizerCall(1e-2),
        "LBFGS": OptimizerCall(1.0),
        "SparseAdam": OptimizerCall(1e-3),
        "Adafactor": OptimizerCall(1e-2),
        "Muon": OptimizerCall(1e-3),
        # Of Apex, bitsandbytes, DeepSpeed, lion-pytorch, adabelief-pytorch.
        "LAMB": OptimizerCall(1e-3),
        "Lamb": OptimizerCall(1e-3),
        "Lion": OptimizerCall(1e-4),
        "FusedAdam": OptimizerCall(1e-3),
        "Adam8bit": OptimizerCall(1e-3),
        "AdamW8bit": OptimizerCall(1e-3),
        "DeepSpeedCPUAdam": OptimizerCall(1e-3),
        "AdaBelief": OptimizerCall(1e-3),
    },
)
