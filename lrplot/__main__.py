"""The program's entry: the only place where an error becomes a line of text and an exit code."""

import codecs
import contextlib
import gc
import os
import signal
import sys
import warnings
from typing import Final

_WIDEST: Final = 1000
"""Columns of the widest table, and lines of the tallest; as many as --width takes."""
_DIGITS: Final = 6
"""Digits of a number of columns that are looked at: more are beyond any terminal, and int() refuses 5,000."""
_UNCOLLECTED: Final = 250_000
"""Containers made before garbage is looked for: a picture makes over 100,000, few of them garbage."""
_UNUSED: Final = "mpl_toolkits.mplot3d"
"""Axes in three dimensions, which Matplotlib imports with the others: a fortieth of a picture's time."""
_KEPT: Final = "\n\t"


def main() -> None:
    """Run the command line and exit: 0 done, 1 a check found something, 2 bad input, 130 interrupted."""
    prepare()
    _tame_width()
    # A polite end, so that no half-written file stays behind; what is ignored (nohup) stays ignored.
    for name in ("SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _end)
    code = run(sys.argv[1:])
    _drop_what_was_not_taken()
    # Nor is it worth a look when the memory goes back anyway.
    gc.freeze()
    sys.exit(code)


def prepare() -> None:
    """Set up a process that is ours alone, a command or its helper, before anything is imported."""
    # Looking for garbage after each 700, as Python does, is a fifth of a short command, and finds none.
    gc.set_threshold(_UNCOLLECTED)
    # One thread draws a curve as fast as many, and starts faster.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # What other libraries do in their insides, however two versions of them fit together, no user can mend.
    warnings.filterwarnings("ignore", module=r"(?!lrplot\b)")
    # No window is opened, whatever the environment wants pictures drawn with.
    os.environ["MPLBACKEND"] = "agg"
    # What is None there is not to be found, says Python's import system, and Matplotlib does without it.
    sys.modules[_UNUSED] = None  # type: ignore[assignment]


def _drop_what_was_not_taken() -> None:
    """Keep Python's own end from writing once more what a full disk refused: it would exit with 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _end(number: int, _frame: object) -> None:
    signal.signal(number, signal.SIG_IGN)
    sys.exit(128 + number)


def _tame_width() -> None:
    """Nothing is as wide as a wild ``COLUMNS`` says, and no number is not one."""
    for name in ("COLUMNS", "LINES"):
        given = os.environ.get(name, "")
        if not (given.isascii() and given.isdecimal() and int(given[:_DIGITS])):
            os.environ.pop(name, None)
        elif len(given.lstrip("0")) >= _DIGITS or int(given) > _WIDEST:
            os.environ[name] = str(_WIDEST)


def run(arguments: list[str]) -> int:
    """Run one command line and answer its exit code."""
    from lrplot.errors import LrplotError

    try:
        code = _command(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        code = _closed()
    except KeyboardInterrupt:
        code = 130
    except LrplotError as error:
        code = _say(str(error))
    except OSError as error:
        code = _say(f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error))
    except MemoryError:
        code = _say("out of memory; fewer steps, or --every")
    except RecursionError:
        code = _say("nested too deeply")
    except Exception as error:  # no traceback ever reaches a user
        end = _end_within(error)
        if end is not None:
            return end
        if os.environ.get("LRPLOT_TRACEBACK"):
            raise
        code = _say(
            f"internal error: {type(error).__name__}: {error}\n"
            "(LRPLOT_TRACEBACK=1 shows where; please report it)"
        )
    return code


def _end_within(error: BaseException) -> int | None:
    """The exit code of an interrupt or a signal that came while a class was made, which Python wraps."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, KeyboardInterrupt):
            return 130
        if isinstance(cause, SystemExit) and isinstance(cause.code, int):
            return cause.code
        cause = cause.__cause__
    return None


def _command(arguments: list[str]) -> int:
    from lrplot.cli import app

    _tolerate_narrow_streams()
    try:
        app(args=arguments, prog_name="lrplot")
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):
            return _closed()
        return end.code if isinstance(end.code, int) else 0
    return 0


def _tolerate_narrow_streams() -> None:
    """A stream that cannot encode a character shows it in ASCII (``>=``); a closed one swallows all."""
    from lrplot.text.plain import respell

    codecs.register_error("respell", respell)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 (lives until exit)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="respell")


def _say(message: str) -> int:
    """Print an error, without the control characters a file name or a key may hold."""
    from lrplot.text.plain import printable

    with contextlib.suppress(OSError):
        print(f"lrplot: {printable(message, _KEPT)}", file=sys.stderr, flush=True)  # noqa: T201
    return 2


def _closed() -> int:
    """The reader has gone, which is no error; nothing more may be written."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 (lives until exit)
    return 0


if __name__ == "__main__":
    main()
