"""Roots and proofs of the tree (RFC 6962, section 2.1), from leaves and full tiles of 256.

`read(level, first, count)` gives hashes in a row: leaves at level 0, above it the roots over
256**level leaves. Never more than 256 of a level are asked for at once.
"""

from collections.abc import Callable, Sequence

from backoffice.audit.calc.verify_bundle import root_of

Read = Callable[[int, int, int], Sequence[bytes]]
TILE = 256


class Tree:
    """A tree as far as it has grown."""

    def __init__(self, read: Read) -> None:
        self._read = read

    def root(self, size: int) -> bytes:
        """Return the root over the first `size` leaves."""
        return self._over(0, size)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the proof that a leaf stands at an index of the tree of this size."""
        if not 0 <= index < size:
            raise ValueError(f"there is no leaf {index} in a tree of {size}")
        path, first, end = [], 0, size
        while end - first > 1:
            middle = first + _left(end - first)
            if index < middle:
                path.append(self._over(middle, end))
                end = middle
            else:
                path.append(self._over(first, middle))
                first = middle
        return path[::-1]

    def consistency(self, size: int, later: int) -> list[bytes]:
        """Return the proof that the tree of the later size begins with that of the earlier one."""
        if not 0 < size <= later:
            raise ValueError(f"nothing leads from size {size} to size {later}")
        path, first, end, is_known = [], 0, later, True
        while size != end:
            middle = first + _left(end - first)
            if size <= middle:
                path.append(self._over(middle, end))
                end = middle
            else:
                path.append(self._over(first, middle))
                first, is_known = middle, False
        if not is_known:
            path.append(self._over(first, end))
        return path[::-1]

    def _over(self, first: int, end: int) -> bytes:
        """Return the root over leaves in a row; at `first` begins a subtree of RFC 6962."""
        if end - first <= TILE:
            return root_of(self._read(0, first, end - first))
        level, width = 1, TILE
        while width * TILE < end - first:
            level, width = level + 1, width * TILE
        full = (end - first) // width
        hashes = list(self._read(level, first // width, full))
        if first + full * width < end:
            hashes.append(self._over(first + full * width, end))
        return root_of(hashes)


def over(leaves: Sequence[bytes]) -> Tree:
    """Return the tree over leaves that are all at hand; for tests and small trees."""

    def read(level: int, first: int, count: int) -> list[bytes]:
        width = TILE**level
        starts = range(first * width, (first + count) * width, width)
        return [root_of(leaves[start : start + width]) for start in starts]

    return Tree(read)


def _left(count: int) -> int:
    """Return the largest power of two below a count: where RFC 6962 divides a tree."""
    return 1 << (count - 1).bit_length() - 1
