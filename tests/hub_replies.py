"""What small Hubs on loopback have in common: the headers of their replies, and their life."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class HubReplies(BaseHTTPRequestHandler):
    """Replies as ``huggingface_hub`` expects them."""

    commit: str
    not_found: str
    """The Hub's name for what a 404 misses."""

    def reply(self, status: int, content: bytes) -> None:
        """Send ``content``, or for HEAD its headers."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", f'"{hashlib.sha1(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", self.commit)
        if status == 404:
            self.send_header("X-Error-Code", self.not_found)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


@contextmanager
def served(handler: type[HubReplies]) -> Iterator[str]:
    """The address at which ``handler`` replies for as long as the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
