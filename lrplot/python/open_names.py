"""The option that binds an open name."""


def let(text: str) -> str:
    """The option that binds an open name, to be pasted.

    >>> let("args.lr"), let("len(loader)")
    ('--let args.lr=…', "--let 'len(loader)=…'")
    """
    quoted = f"{text}=…"
    if any(c in text for c in "( )[]'<>=!&|*"):
        quoted = f'"{quoted}"' if "'" in text else f"'{quoted}'"
    return f"--let {quoted}"
