"""HTTP on loopback: reads requests, sends answers, and breaks them where a fault is armed."""

from __future__ import annotations

import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Protocol

from tests.hub_server.answers import Answer
from tests.hub_server.faults import FaultKind, corrupted


class Handled(Protocol):
    """What a listener asks about each request."""

    def take(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> tuple[Answer | None, FaultKind | None]:
        """The answer to a request, or None to close the connection without one, and the fault for sending it."""
        ...


class Exchange(BaseHTTPRequestHandler):
    """One connection of a client, with as many requests as it likes."""

    protocol_version = "HTTP/1.1"
    # Headers and body leave in one packet each: without this a small answer waits for the client's acknowledgement.
    disable_nagle_algorithm = True
    server: Listener

    def serve(self) -> None:
        """Read a request, have it answered, and send the answer."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self._read_chunks() if "chunked" in headers.get("transfer-encoding", "") else self._read_known(headers)
        answer, fault = self.server.handled.take(self.command, self.path, headers, body)
        if answer is None:
            self._hang_up()
        else:
            self._send(answer, fault)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = serve

    def _read_known(self, headers: dict[str, str]) -> bytes:
        length = int(headers.get("content-length", "0"))
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionError(f"the client went away after {len(body)} of {length} bytes")
        return body

    def _read_chunks(self) -> bytes:
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(chunks)

    def _send(self, answer: Answer, fault: FaultKind | None) -> None:
        body = corrupted(answer.body) if fault == "corrupt" else answer.body
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if fault == "truncate" else body)
            if fault == "truncate" and body:
                self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


class Listener(ThreadingHTTPServer):
    """A port on loopback; closing it ends the connections that clients keep open."""

    daemon_threads = False
    request_queue_size = 64

    def __init__(self, handled: Handled, *, host: str = "127.0.0.1") -> None:
        """Listen on a free port, which clients know under the name ``host``, and serve once :meth:`start` is called."""
        super().__init__(("127.0.0.1", 0), Exchange)
        self.handled = handled
        self.url = f"http://{host}:{self.server_port}"
        self.broken: list[BaseException] = []
        """Errors of the server itself, other than clients that went away."""
        self._open: set[socket.socket] = set()
        self._lock = Lock()
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})

    def start(self) -> None:
        """Serve in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait for the threads of all connections."""
        self.shutdown()
        self._thread.join()
        with self._lock:
            for connection in self._open:
                end(connection)
        self.server_close()

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """Remember the connection, and serve it in a thread."""
        assert isinstance(request, socket.socket)
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """Forget the connection."""
        assert isinstance(request, socket.socket)
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep an error for the end; a client may go away at any time."""
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError):
            self.broken.append(error)


def end(connection: socket.socket) -> None:
    """Wake the thread that waits for the next request of a connection."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # The client was faster.
