"""The jobs of a run, forked from a process that has imported what jobs import, and has done nothing else.

python -ISE tests/warm_jobs.py SOCKET SCRIPT ARGUMENT...

As a program it has the job done at SOCKET in its own place: with its folder, its environment and its descriptors, and
ends as the job does. What is no job, or outlives the run, is done by Python itself. It imports as little as it can.
"""

import _socket
import marshal
import os
import sys

_LENGTH = 8
_KILLED = 137


def main(address: str, arguments: list[str]) -> int:
    """Have a job done; returns its exit code."""
    if not arguments or not arguments[0].endswith(".py") or arguments[0].endswith("notify.py"):
        os.execv(sys.executable, [sys.executable, *arguments])  # noqa: S606
    order = marshal.dumps((arguments, os.getcwd(), dict(os.environ)))  # noqa: PTH109
    link = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    link.connect(address)
    descriptors = b"".join(number.to_bytes(4, sys.byteorder) for number in range(3))
    rights = (_socket.SOL_SOCKET, _socket.SCM_RIGHTS, descriptors)
    link.sendmsg([len(order).to_bytes(_LENGTH, "big")], [rights])
    at = 0
    while at < len(order):
        at += link.send(order[at:])
    said = link.recv(1)
    return said[0] if said else _KILLED


def begin(folder: str, python: str) -> str:
    """Fork the process from which jobs are forked, until this one ends; returns what stands for Python meanwhile."""
    address, program = f"{folder}/jobs", f"{folder}/python"
    listener = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    listener.bind(address)
    listener.listen(64)
    with open(os.open(program, os.O_CREAT | os.O_WRONLY, 0o755), "w") as stream:  # noqa: PTH123
        stream.write(f'#!/bin/sh\nexec "{python}" -ISE "{__file__}" "{address}" "$@"\n')
    ours, theirs = os.pipe()
    if os.fork() == 0:
        try:
            os.close(theirs)
            _serve(listener, ours, python)
        finally:
            os._exit(1)
    os.close(ours)
    listener.close()
    return program


def _serve(listener: _socket.socket, alive: int, python: str) -> None:
    import select  # noqa: PLC0415 - as little as it can
    import signal  # noqa: PLC0415 - as above

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        ready, _, _ = select.select([listener.fileno(), alive], [], [])
        if alive in ready:
            os._exit(0)
        number, _ = listener._accept()  # type: ignore[attr-defined]  # noqa: SLF001 - socket's own way, without it
        link = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, fileno=number)
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            listener.close()
            os.close(alive)
            _do(link, python)
        link.close()


def _do(link: _socket.socket, python: str) -> None:
    import random  # noqa: PLC0415 - as above
    import threading  # noqa: PLC0415 - as above

    code = 1
    try:
        arguments, folder, environment = _received(link)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        random.seed()
        sys.executable = python
        code = _run(arguments)
        threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - as Python does at its end
    finally:
        import atexit  # noqa: PLC0415 - as above

        atexit._run_exitfuncs()  # noqa: SLF001
        sys.stdout.flush()
        sys.stderr.flush()
        link.send(bytes([code & 255]))
        os._exit(code)


def _received(link: _socket.socket) -> tuple[list[str], str, dict[str, str]]:
    size, rights, _, _ = link.recvmsg(_LENGTH, _socket.CMSG_SPACE(12))
    given = rights[0][2]
    for number in range(3):
        descriptor = int.from_bytes(given[4 * number : 4 * number + 4], sys.byteorder)
        os.dup2(descriptor, number)
        os.close(descriptor)
    order, wanted = b"", int.from_bytes(size, "big")
    while len(order) < wanted:
        order += link.recv(wanted - len(order))
    arguments, folder, environment = marshal.loads(order)  # noqa: S302 - from ourselves
    return arguments, folder, environment


def _run(arguments: list[str]) -> int:
    import runpy  # noqa: PLC0415 - as above
    import traceback  # noqa: PLC0415 - as above

    sys.argv = arguments
    sys.path[:] = [os.path.dirname(os.path.abspath(arguments[0])), *sys.path[1:]]  # noqa: PTH100, PTH120
    try:
        runpy.run_path(arguments[0], run_name="__main__")
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        sys.stderr.write(f"{end.code}\n")
        return 1
    except BaseException:  # noqa: BLE001 - whatever it is, it is told as Python tells it
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
