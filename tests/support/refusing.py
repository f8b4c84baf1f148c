"""A mail server in a process of its own that knows nobody: `python -m tests.support.refusing PORT`.

It takes thousands of connections where a real server's library would be what a test waits for.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.running import free_port
from tracker.settings import CHECKOUT

HOST = "127.0.0.1"
ANSWERS = {
    b"RCPT": b"550 5.1.1 <p0@example.invalid>: Recipient address rejected: User unknown\r\n",
    b"QUIT": b"221 Bye\r\n",
}


class Refusing(asyncio.Protocol):
    """Answers each line: everything is fine but the recipient."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        assert isinstance(transport, asyncio.Transport)
        self.line, self.begun = transport, b""
        transport.write(b"220 mx.example.invalid\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every whole line."""
        *whole, self.begun = (self.begun + data).split(b"\r\n")
        for line in whole:
            self.line.write(ANSWERS.get(line[:4].upper(), b"250 OK\r\n"))


async def serve(port: int) -> None:
    """Say "ready" and answer until standard input is closed."""
    loop = asyncio.get_running_loop()
    async with await loop.create_server(Refusing, HOST, port):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await loop.run_in_executor(None, sys.stdin.read)


@contextmanager
def refusing_server() -> Iterator[int]:
    """Run it; yield its port."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.refusing", str(port)], cwd=CHECKOUT, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert process.stdout.readline().strip() == "ready"
        yield port
    finally:
        process.stdin.close()
        process.wait(timeout=30)
        process.stdout.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
