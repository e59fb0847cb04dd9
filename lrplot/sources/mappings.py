"""Configurations that hold a schedule in a framework's words: Hydra's, Lightning's, DeepSpeed's."""

from dataclasses import replace

from lrplot.document.tree import Node, literal


def is_described(node: Node) -> bool:
    """True where a mapping spells a schedule as Hydra, Lightning or DeepSpeed do."""
    keys = node.entries.keys()
    return bool({"_target_", "class_path"} & keys) or {"type", "params"} <= keys


def as_spec(root: Node) -> Node | None:
    """A configuration that is nothing but a schedule in a framework's words, as a spec; None for another."""
    scheduler = root.entries.get("scheduler")
    if scheduler is not None and is_described(scheduler) and "schedule" not in root.entries:
        # DeepSpeed's, with the optimizer beside it.
        spec = {literal("schedule", root.source.name): scheduler}
        optimizer = root.entries.get("optimizer", scheduler).entries.get("params", scheduler)
        if "lr" in optimizer.entries:
            spec[literal("lr", root.source.name)] = optimizer.entries["lr"]
        return replace(root, value=spec)
    if is_described(root):
        return replace(root, value={literal("schedule", root.source.name): root})
    return None
