"""What the witness remembers by itself: every leaf it has seen, and the head it last cosigned.

Nothing that the server says replaces it. It lies in a folder of the witness's own.
"""

import json
import os
from pathlib import Path

from backoffice.audit.calc.verify_bundle import HASH, Growing


class Lost(RuntimeError):
    """The memory does not hold together: the folder was changed by somebody else."""


class Memory:
    """The leaves in their order (32 bytes each), and the size and root that were cosigned."""

    def __init__(self, folder: Path) -> None:
        self._leaves, self._head = folder / "leaves.bin", folder / "head.json"
        self.tree = Growing()
        self.root = self.tree.root()
        self._restore()

    @property
    def size(self) -> int:
        """How many leaves are vouched for."""
        return self.tree.size

    def _restore(self) -> None:
        if not self._head.exists():
            self._leaves.write_bytes(b"")
            return
        head = json.loads(self._head.read_text("utf-8"))
        size = int(head["size"])
        with self._leaves.open("r+b") as file:
            file.truncate(min(size * HASH, self._leaves.stat().st_size))  # what was not cosigned
            data = file.read()
        for place in range(0, len(data), HASH):
            self.tree.append(data[place : place + HASH])
        self.root = self.tree.root()
        if self.tree.size != size or self.root.hex() != head["root"]:
            raise Lost(f"{self._leaves} does not hold the {size} leaves that were cosigned.")

    def leaves(self, first: int, count: int) -> list[bytes]:
        """Return leaves in a row, as far as there are any."""
        with self._leaves.open("rb") as file:
            file.seek(first * HASH)
            data = file.read(count * HASH)
        return [data[place : place + HASH] for place in range(0, len(data), HASH)]

    def grown(self, fresh: list[bytes]) -> Growing:
        """Return the tree with more leaves; the memory itself stays as it is."""
        tree = self.tree.copy()
        for leaf in fresh:
            tree.append(leaf)
        return tree

    def keep(self, fresh: list[bytes], tree: Growing) -> None:
        """Remember what is about to be cosigned; on disk before anybody hears of it."""
        with self._leaves.open("r+b") as file:
            file.seek(self.size * HASH)
            file.write(b"".join(fresh))
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
        half = self._head.with_suffix(".half")
        with half.open("w") as text:
            json.dump({"size": tree.size, "root": tree.root().hex()}, text)
            text.flush()
            os.fsync(text.fileno())
        half.replace(self._head)
        self.tree, self.root = tree, tree.root()
