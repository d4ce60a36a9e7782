"""What a process takes for itself alone: a port, and a data directory."""

import contextlib
import fcntl
import secrets
import socket
from pathlib import Path
from typing import IO

from api.failures import Failure

PORTS = range(10_000, 32_000)  # below those that systems give to connections


class DataInUse(Failure):
    """Another process already keeps its servers over this data directory."""


def free_port(ip: str = "127.0.0.1") -> int:
    """Choose a port that nobody listens on, and that no connection is given by chance before a server takes it."""
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((ip, port))
            return port


def claim(lock: Path) -> IO[str]:
    """Take the lock file of a data directory, until it is closed; raises DataInUse where another process holds it."""
    file = lock.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise DataInUse(f"{DataInUse.__doc__} {lock.parent}") from None
    return file
