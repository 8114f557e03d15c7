"""Web servers for the app, compared: ``python -m bench.web_servers``; docs/dependencies.md has the result.

Each serves the same small ASGI app. Measured are the processor time of a request, and what strangers can do:
one header that never ends, 2,000 connections whose requests never end, one request whose body never ends.
Hypercorn and granian are installed in a folder of their own, with the options of theirs that limit most.
"""

import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.turns.machine import cpu_seconds, family, free_port
from tests.support.slow_clients import HEAD, connect, endless_header, is_closed, slow_connections

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (
    *("hypercorn==0.18.0", "granian==2.8.9", "h11==0.16.0"),
    *("h2==4.3.0", "hpack==4.1.0", "hyperframe==6.1.0", "priority==2.0.0", "wsproto==1.2.0"),
)

CONNECTIONS, REQUESTS = 8, 500
SLOW = 2_000
PATIENCE = 12.0
"""Seconds after which what is slow should be closed: a little more than our ten."""
BODY = b"x" * 700
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 700\r\n\r\n" + BODY
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
SLOW_BODY = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 700\r\n\r\nx"

APP = """
async def app(scope, receive, send):
    assert scope["type"] == "http"
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        more = message.get("more_body")
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})
"""
OURS = """
import sys
from small_app import app
from scrapbook.net import asgi_server
from scrapbook.net.body_limits import BodyLimits
asgi_server.serve(app, "127.0.0.1", int(sys.argv[1]), body=BodyLimits(64_000, 10.0))
"""
QUIET = ("--no-access-log", "--log-level", "critical", "--lifespan", "off")
COMMANDS = {
    "ours: uvicorn's httptools, with limits": ("-c", OURS, "{port}"),
    "uvicorn, httptools": (
        "-m",
        "uvicorn",
        "small_app:app",
        "--port",
        "{port}",
        *QUIET,
        "--http",
        "httptools",
    ),
    "uvicorn, h11": ("-m", "uvicorn", "small_app:app", "--port", "{port}", *QUIET, "--http", "h11"),
    "hypercorn": ("-m", "hypercorn", "small_app:app", "-b", "127.0.0.1:{port}", "--read-timeout", "10"),
    "granian": (
        *("-m", "granian", "small_app:app", "--interface", "asginl", "--port", "{port}", "--no-log"),
        *("--http1-header-read-timeout", "10000", "--http1-buffer-size", "16384", "--backpressure", "512"),
    ),
}


def main() -> None:
    print(
        "| server | requests a second | processor, ms | endless header | 2,000 slow heads | open after "
        "| head byte by byte | body byte by byte |"
    )
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "small_app.py").write_text(APP)
        _install(folder)
        for name, command in COMMANDS.items():
            with _serving(folder, command) as (port, pid):
                print(f"| {name} | {' | '.join(_measured(port, pid))} |", flush=True)


def _measured(port: int, pid: int) -> Iterator[str]:
    """Yield the cells of a row."""
    cpu, begun = cpu_seconds(family(pid)), time.monotonic()
    threads = [threading.Thread(target=_post, args=(port,)) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    count = CONNECTIONS * REQUESTS
    yield f"{count / (time.monotonic() - begun):.0f}"
    yield f"{(cpu_seconds(family(pid)) - cpu) / count * 1000:.2f}"
    with endless_header([port]):
        time.sleep(2)
        yield _answer_time(port)
    with slow_connections(port, SLOW) as slow:
        yield _answer_time(port)
        time.sleep(PATIENCE)
        yield str(sum(not is_closed(connection, 0.001) for connection in slow))
    with connect(port) as head, connect(port) as body:
        head.sendall(HEAD)
        body.sendall(SLOW_BODY)
        for _ in range(int(PATIENCE)):
            for connection in (head, body):
                with suppress(OSError):  # it is closed
                    connection.sendall(b"x")
            time.sleep(1)
        for connection in (head, body):
            yield "closed" if is_closed(connection, 1) else "stays open"


def _post(port: int) -> None:
    with connect(port) as connection:
        for _ in range(REQUESTS):
            connection.sendall(POST)
            received = b""
            while not received.endswith(b"ok"):
                received += connection.recv(65_536)


def _answer_time(port: int) -> str:
    begun = time.monotonic()
    with suppress(OSError), connect(port) as connection:
        connection.sendall(GET)
        connection.settimeout(30)
        if connection.recv(65_536).startswith(b"HTTP/1.1 200"):
            return f"answers in {time.monotonic() - begun:.2f} s"
    return f"no answer in {time.monotonic() - begun:.0f} s"


@contextmanager
def _serving(folder: str, command: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Run a server until the end of the block; yields its port and its process."""
    port = free_port()
    words = [sys.executable, *(word.replace("{port}", str(port)) for word in command)]
    paths = f"{folder}:{folder}/packages:{ROOT}"
    process = subprocess.Popen(words, cwd=folder, env={"PYTHONPATH": paths}, stderr=subprocess.DEVNULL)
    try:
        while True:
            with suppress(ConnectionRefusedError), connect(port):
                break
            time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _install(folder: str) -> None:
    uv = shutil.which("uv", path=str(ROOT / ".tools/uv/bin")) or "uv"
    command = [uv, "pip", "install", "-q", "--no-deps", "--python", sys.executable]
    subprocess.run([*command, "--target", f"{folder}/packages", *PACKAGES], check=True)


if __name__ == "__main__":
    main()
