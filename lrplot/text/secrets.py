"""Tokens, keys and passwords that a text holds by mistake."""

import re
from typing import Final

_SECRET: Final = re.compile(
    r"\b(?:hf_|sk-|gh[opsu]_|github_pat_|glpat-|xox[abp]-|AKIA|AIza|wandb_v1_)[\w-]{8,}"
    # A key of Weights & Biases or the like; a folder or a file may be named after a hash.
    r"|(?<![\w/.-])[0-9a-fA-F]{32,}(?![\w/.-])"
    r"|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)


def masked(text: str) -> str:
    """The text with an asterisk for every letter of a secret, so that what points into it still fits.

    >>> masked("hub_token must be a text, got hf_abcdefgh12")
    'hub_token must be a text, got *************'
    """
    return _SECRET.sub(lambda found: "*" * len(found[0]), text)
