"""The `mlpcli` of the examples: forked from a process that has loaded what every command needs.

A page has some ten commands, and most of their time would be that of loading NumPy, pandas and the rest.
The script in the examples' PATH only passes its arguments, folder, variables and streams to that process.
"""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

LOADED = (
    "workflows.train",
    "workflows.predict",
    "workflows.evaluate",
    "workflows.describe",
    "workflows.drift",
)
"""Modules of mlpcli that are loaded before the first fork."""
CLIENT = """#!{python} -IS
import json, os, signal, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    order = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(server, [len(order).to_bytes(8, "big")], [0, 1, 2])
    server.sendall(order)
    process = int.from_bytes(server.recv(8), "big")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: os.kill(process, number))
    status = server.recv(1)
sys.exit(status[0] if status else 1)
"""


@contextlib.contextmanager
def forking(folder: Path) -> Iterator[Path]:
    """A folder with a script `mlpcli` as long as the process that it asks is there."""
    address, script = folder / "socket", folder / "mlpcli"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(address))
        listener.listen()
        script.write_text(CLIENT.format(python=sys.executable, address=str(address)))
        script.chmod(0o755)
        command = [sys.executable, "-m", __name__, str(listener.fileno())]
        environment = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))} | _plain_environment()
        process = subprocess.Popen(
            command, env=environment, pass_fds=[listener.fileno()], stdin=subprocess.PIPE
        )
    try:
        yield folder
    finally:
        process.communicate()


def _plain_environment() -> dict[str, str]:
    """The variables of the tests without those that change what mlpcli does or shows."""
    apart = ("MLPCLI_", "PAGER", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "PYTHONPATH")
    return {name: value for name, value in os.environ.items() if not name.startswith(apart)}


def serve(descriptor: int) -> NoReturn:
    """Fork for each client until standard input ends, as it does when the tests are killed, too."""
    import gc
    from importlib import import_module

    for name in LOADED:
        import_module(f"mlpcli.{name}")
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(fileno=descriptor)
    while select.select([listener.fileno(), 0], [], [])[0] == [descriptor]:
        client, _ = listener.accept()
        with client:
            if os.fork() == 0:
                listener.close()
                _answer(client)
    sys.exit()


def _answer(client: socket.socket) -> NoReturn:
    """Run the client's command line with its streams, and tell it the exit status."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        head, streams, _, _ = socket.recv_fds(client, 8, 3)
        size, order = int.from_bytes(head, "big"), b""
        while len(order) < size:
            order += client.recv(size - len(order))
        arguments, folder, variables = json.loads(order)
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        sys.stdin = open(0, closefd=False)  # noqa: SIM115  # those of before are for other kinds of files
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(variables)
        sys.argv = ["mlpcli", *arguments]
        client.sendall(os.getpid().to_bytes(8, "big"))
        from mlpcli.__main__ import main

        main()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    finally:
        for written in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                written.flush()
        with contextlib.suppress(OSError):
            client.sendall(bytes([status]))
        os._exit(status)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
