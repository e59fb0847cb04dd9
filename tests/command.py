"""The command line in this process: exit code and both streams as a process would give them, without its start.

What is a process's own (closed pipes, signals, what is imported) is tested with one in cli/test_contract.py.
"""

import contextlib
import io
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from unittest import mock

from lrplot.__main__ import run


def lrplot(
    *arguments: str,
    cwd: Path,
    input: bytes = b"",  # noqa: A002 (as subprocess calls it)
    env: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    given, out, err = (io.TextIOWrapper(io.BytesIO(data), encoding="utf-8") for data in (input, b"", b""))
    with (
        contextlib.chdir(cwd),
        mock.patch.dict(os.environ, env or {}, clear=env is not None),
        mock.patch("sys.stdin", given),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = run(list(arguments))
        out.flush()
        err.flush()
    return subprocess.CompletedProcess(arguments, code, out.buffer.getvalue(), err.buffer.getvalue())
