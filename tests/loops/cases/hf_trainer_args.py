from transformers import Trainer, TrainingArguments

args = TrainingArguments(
    output_dir="out",
    learning_rate=7e-6,
    num_train_epochs=2,
    per_device_train_batch_size=16,
    gradient_accumulation_steps=4,
    lr_scheduler_type="cosine",
    warmup_ratio=0.1,
    max_steps=1000,
)
trainer = Trainer(model=model, args=args, train_dataset=ds)
trainer.train()
