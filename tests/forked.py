"""The command line as a process of its own, forked from one that has imported it: no start for each.

A process has what one started from a shell has: its own streams, signals, environment, children and end. Only its
start is another's, so what a start does (the streams it finds closed, their encoding, what is imported) is tested
with a whole one in cli/test_contract.py.
"""

import atexit
import contextlib
import io
import json
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path

_MOST: int = 1 << 20
"""Bytes of a command line and its environment."""
_IMPORTED = (
    "cli.gallery", "cli.list_", "cli.rank", "document.build", "render.data", "render.figure", "render.selection",
    "render.table", "schedules.cosine", "schedules.step", "sources.reference",
)  # fmt: skip
"""What the commands of the tests import, as parts of lrplot."""


class Forked:
    """A running ``lrplot``: as much of :class:`subprocess.Popen` as tests ask for.

    ``stdout`` and ``stderr`` are collected when no file is given, and standard input is empty.
    """

    def __init__(
        self,
        *arguments: str,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        stdin: int | None = None,
        stdout: int | None = None,
        stderr: int | None = None,
    ) -> None:
        self.args = arguments
        self.returncode: int | None = None
        self._collected: list[io.FileIO] = []
        with contextlib.ExitStack() as ours:
            given = [stdin if stdin is not None else ours.enter_context(Path(os.devnull).open("rb")).fileno()]
            for stream in (stdout, stderr):
                if stream is None:
                    reading, stream = os.pipe()  # noqa: PLW2901
                    ours.callback(os.close, stream)
                    self._collected.append(io.FileIO(reading))
                given.append(stream)
            self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            ours.callback(theirs.close)
            command = {"arguments": arguments, "cwd": str(cwd), "environment": dict(env or os.environ)}
            message = json.dumps(command, ensure_ascii=True).encode()
            assert len(message) < _MOST
            socket.send_fds(_server(), [message], [*given, theirs.fileno()])
        self.pid = int(self._line.recv(99))

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def poll(self) -> int | None:
        """Its exit code, negative for the signal it died of, or None while it runs."""
        self._line.settimeout(0)
        with contextlib.suppress(BlockingIOError):
            return self._ended()
        return None

    def communicate(self, timeout: float = 60) -> tuple[bytes, ...]:
        """Wait for its end, and give what it has written to the streams that are collected."""
        said = _read_together(self._collected, timeout)
        self._line.settimeout(timeout)
        self._ended()
        return said

    def _ended(self) -> int:
        if self.returncode is None:
            self.returncode = int(self._line.recv(99))
            self._line.close()
        return self.returncode


def forked(*arguments: str, cwd: Path, **options: object) -> "subprocess.CompletedProcess[bytes]":
    """Run a command to its end, as ``command.lrplot`` does within the process of the tests."""
    running = Forked(*arguments, cwd=cwd, **options)  # type: ignore[arg-type]
    out, err = running.communicate()
    assert running.returncode is not None
    return subprocess.CompletedProcess(arguments, running.returncode, out, err)


def _read_together(streams: list[io.FileIO], timeout: float) -> tuple[bytes, ...]:
    said = dict.fromkeys(streams, b"")
    with selectors.DefaultSelector() as open_ones:
        for stream in streams:
            open_ones.register(stream, selectors.EVENT_READ)
        while open_ones.get_map():
            ready = open_ones.select(timeout)
            if not ready:
                raise TimeoutError(f"nothing was written for {timeout} seconds, and it still runs")
            for key, _ in ready:
                stream = key.fileobj
                assert isinstance(stream, io.FileIO)
                data = stream.read(1 << 16)
                said[stream] += data
                if not data:
                    open_ones.unregister(stream)
                    stream.close()
    return tuple(said.values())


@cache
def _server() -> socket.socket:
    """The line to the process that forks: started at the first command, ended with the tests."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, __file__, str(theirs.fileno())]
    process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
    theirs.close()

    def end() -> None:
        ours.close()
        process.wait(9)

    atexit.register(end)
    return ours


def _serve(line: socket.socket) -> None:
    """Fork for each command until the tests have ended; the process of a command returns from here to run it."""
    while True:
        message, given, _, _ = socket.recv_fds(line, _MOST, 4)
        if not message:
            sys.exit()
        *streams, answer = given
        if not os.fork():
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # its child is waited for
            attended = os.fork()
            if not attended:
                line.close()
                _become(json.loads(message), streams, answer)
                return
            with socket.socket(fileno=answer) as teller:
                for stream in streams:
                    os.close(stream)
                teller.send(str(attended).encode())
                _, status = os.waitpid(attended, 0)
                teller.send(str(os.waitstatus_to_exitcode(status)).encode())
            os._exit(0)
        for each in given:
            os.close(each)


def _become(command: dict[str, object], streams: list[int], answer: int) -> None:
    """Take the place that the command was given: a session, streams, a folder and an environment."""
    os.close(answer)
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    sys.stdin, sys.stdout, sys.stderr = sys.__stdin__, sys.__stdout__, sys.__stderr__ = [
        open(number, mode, encoding="utf-8", errors=errors, closefd=False)  # noqa: SIM115 (as Python's own)
        for number, mode, errors in ((0, "r", "strict"), (1, "w", "strict"), (2, "w", "backslashreplace"))
    ]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(command["environment"])  # type: ignore[call-overload]
    os.chdir(str(command["cwd"]))
    sys.argv = ["lrplot", *command["arguments"]]  # type: ignore[misc]


def _import_all() -> None:
    """Import once what the commands would import each time."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a thread would not live on in what is forked
    for name in _IMPORTED:
        import_module(f"lrplot.{name}")


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the tests, and they end this
    _import_all()
    _serve(socket.socket(fileno=int(sys.argv[1])))
    runpy.run_module("lrplot", run_name="__main__", alter_sys=True)
