"""Clients that send as little as they can, over plain sockets."""

import resource
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

HEAD = b"POST /twilio/messages HTTP/1.1\r\nHost: localhost\r\nX-Slow: "


def allow_connections(count: int) -> None:
    """Let this process open that many sockets."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 512
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30)


@contextmanager
def slow_connections(port: int, count: int, head: bytes = HEAD) -> Iterator[Sequence[socket.socket]]:
    """Connections that each begin a request and never end it."""
    allow_connections(count)
    with ExitStack() as stack:
        opened: list[socket.socket] = []
        for _ in range(count):
            connection = stack.enter_context(connect(port))
            with suppress(OSError):  # it was closed already
                connection.sendall(head)
            opened.append(connection)
        yield opened


@contextmanager
def endless_header(ports: Sequence[int]) -> Iterator[None]:
    """Send one header without end to each port, and begin again whenever it is refused."""
    stopped = threading.Event()

    def send(port: int) -> None:
        while not stopped.is_set():
            with suppress(OSError), connect(port) as connection:
                connection.sendall(HEAD)
                while not stopped.is_set():
                    connection.sendall(b"x" * 65_536)
            stopped.wait(0.01)

    threads = [threading.Thread(target=send, args=(port,)) for port in ports]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


def is_closed(connection: socket.socket, seconds: float) -> bool:
    """Return whether the server closes the connection in that time."""
    connection.settimeout(seconds)
    try:
        while connection.recv(65_536):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


def all_received(connection: socket.socket) -> bytes:
    """What comes until the server closes the connection."""
    received = b""
    with suppress(OSError):
        while part := connection.recv(65_536):
            received += part
    return received
