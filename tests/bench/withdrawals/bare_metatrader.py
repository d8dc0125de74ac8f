"""The bare limit of MetaTrader: an answer to each line, and a flush before it where one is asked.

python -m tests.bench.withdrawals.bare_metatrader SOCKET
"""

import os
import socketserver
import sys
import tempfile

FLUSH = b"flush\n"
FILE = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  it lives as long as the process


class Conversation(socketserver.StreamRequestHandler):
    """One connection, asked line by line."""

    def handle(self) -> None:
        """Answer until the other side goes."""
        while line := self.rfile.readline():
            if line == FLUSH:
                os.write(FILE.fileno(), b"x" * 200)
                os.fsync(FILE.fileno())
            self.wfile.write(b"done\n")


if __name__ == "__main__":
    socketserver.ThreadingUnixStreamServer(sys.argv[1], Conversation).serve_forever()
