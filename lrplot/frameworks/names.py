"""Names of the frameworks that lrplot writes for: no more, so that a help text imports no framework."""

from typing import Final

WRITTEN: Final = ("pytorch", "keras", "transformers", "optax")
"""Those whose code ``export --to`` writes."""

SPELLED: Final = (*WRITTEN, "timm")
"""Those whose own call ``compare --as`` draws."""
