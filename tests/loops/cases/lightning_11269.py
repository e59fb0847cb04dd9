import pytorch_lightning as pl
from transformers import AdamW, get_linear_schedule_with_warmup


class M(pl.LightningModule):
    def configure_optimizers(self):
        no_decay = ["bias", "LayerNorm.weight"]
        groups = [
            {
                "params": [p for n, p in self.named_parameters() if not any(nd in n for nd in no_decay)],
                "lr": 1.0,
                "weight_decay": 0.01,
            },
            {
                "params": [p for n, p in self.named_parameters() if any(nd in n for nd in no_decay)],
                "weight_decay": 0.0,
            },
        ]
        optimizer = AdamW(groups, lr=2e-5)
        scheduler = get_linear_schedule_with_warmup(optimizer, num_warmup_steps=100, num_training_steps=1000)
        return [optimizer], [{"scheduler": scheduler, "interval": "step"}]
