"""The program's entry: the only place where an error becomes a line of text and an exit code."""

import contextlib
import os
import signal
import sys
import warnings


def main() -> None:
    """Run the command line and exit: 0 done, 1 a check found something, 2 bad input, 130 interrupted."""
    # One thread draws a curve as fast as many, and starts faster.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # What other libraries do in their insides, however two versions of them fit together, no user can mend.
    warnings.filterwarnings("ignore", module=r"(?!lrplot\b)")
    # A polite end, so that no half-written file stays behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(run(sys.argv[1:]))


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
        if os.environ.get("LRPLOT_TRACEBACK"):
            raise
        code = _say(
            f"internal error: {type(error).__name__}: {error}\n"
            "(LRPLOT_TRACEBACK=1 shows where; please report it)"
        )
    return code


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
    """A stream that cannot encode a character shows ``?`` instead of failing; a closed one swallows all."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 (lives until exit)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _say(message: str) -> int:
    """Print an error, without the control characters a file name or a key may hold."""
    shown = "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in message)
    with contextlib.suppress(OSError):
        print(f"lrplot: {shown}", file=sys.stderr, flush=True)  # noqa: T201
    return 2


def _closed() -> int:
    """The reader has gone, which is no error; nothing more may be written."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 (lives until exit)
    return 0


if __name__ == "__main__":
    main()
