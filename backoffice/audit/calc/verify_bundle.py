#!/usr/bin/env python3
"""Verify an audit bundle of mt4-backoffice: standard library only, one file, no network.

    python3 verify_bundle.py FOLDER [--log-key HEX] [--witness-key HEX] [--known NOTE]

Exit code 0: every byte of the bundle is proved by the signed checkpoints in it. 1: something is
not, and the first bad index is named. 2: it could not be read.

The folder holds exactly these files:
  entries.jsonl    the entries as the house wrote them (RFC 8785), one a line, in their order
  leaves.bin       SHA-256(0x00, entry) of each, 32 bytes: says which entry was changed
  roots.txt        "size root" of every checkpoint that the house made, by size
  checkpoints.txt  some of them signed: C2SP notes, each followed by an empty line
  proofs.txt       "consistency size size hash,hash": one for each two neighbours of those
  keys.txt         "log name key" and "witness name key", Ed25519, base64
Hashes are those of RFC 6962, signatures those of RFC 8032, notes and cosignatures those of C2SP.

What it cannot see: an act that was never written; a tail cut back to an earlier signed checkpoint
(give the newest note that you know by --known); house and witness conspiring; keys that are not the
house's (compare the fingerprints with those that you were given, or pin them by --log-key and
--witness-key).
"""

import argparse
import base64
import binascii
import hashlib
import io
import itertools
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

FILES = ("entries.jsonl", "leaves.bin", "roots.txt", "checkpoints.txt", "proofs.txt", "keys.txt")
HASH = 32
LOG, COSIGNATURE = 1, 4  # C2SP's kinds of signature
DASH = "\u2014".encode()
NOTE = re.compile(
    rb"([^\n ]+)\n(0|[1-9][0-9]{0,17})\n([A-Za-z0-9+/]{43}=)\n\n"
    rb"((?:" + DASH + rb" [^ \n]+ [A-Za-z0-9+/]+={0,2}\n)+)"
)
SIGNATURE = re.compile(DASH + rb" ([^ \n]+) ([A-Za-z0-9+/]+={0,2})\n")
KEY = re.compile(rb"(log|witness) ([^ \n]+) ([A-Za-z0-9+/]{43}=)\n")
ROOT = re.compile(rb"(0|[1-9][0-9]{0,17}) ([A-Za-z0-9+/]{43}=)\n")
PROOF = re.compile(rb"consistency ([1-9][0-9]{0,17}) ([1-9][0-9]{0,17}) ([A-Za-z0-9+/=,]*)\n")

# ---- Ed25519 (RFC 8032, section 5.1) ----------------------------------------------------------
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
TURN = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]
NEUTRAL: Point = (0, 1, 1, 0)


def add(one: Point, other: Point) -> Point:
    """Return the sum of two points of the curve, in extended coordinates."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(times: int, point: Point) -> Point:
    """Return a multiple of a point."""
    result = NEUTRAL
    for bit in f"{times:b}":
        result = add(result, result)
        if bit == "1":
            result = add(result, point)
    return result


def decoded(data: bytes) -> Point | None:
    """Return the point that 32 bytes stand for; None when they stand for none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    if len(data) != HASH or y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * TURN % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


def encoded(point: Point) -> bytes:
    """Return the 32 bytes of a point."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(HASH, "little")


BASE = decoded((4 * pow(5, P - 2, P) % P).to_bytes(HASH, "little")) or NEUTRAL


@lru_cache(maxsize=4096)
def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether a signature holds, strictly: one message has one valid encoding."""
    key = decoded(public)
    if key is None or len(signature) != 2 * HASH:
        return False
    scalar = int.from_bytes(signature[HASH:], "little")
    if scalar >= ORDER:
        return False
    digest = hashlib.sha512(signature[:HASH] + public + message).digest()
    times = int.from_bytes(digest, "little") % ORDER
    minus = (P - key[0], key[1], key[2], P - key[3])
    both, result = add(BASE, minus), NEUTRAL
    for place in range(max(scalar.bit_length(), times.bit_length()) - 1, -1, -1):
        result = add(result, result)
        in_scalar, in_times = scalar >> place & 1, times >> place & 1
        if in_scalar or in_times:
            result = add(result, both if in_scalar and in_times else BASE if in_scalar else minus)
    return encoded(result) == signature[:HASH]


# ---- the tree (RFC 6962, section 2; RFC 9162 for the checks) ----------------------------------
def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees side by side."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the root of the tree over these hashes; of none, the hash of nothing."""
    level = list(hashes)
    if not level:
        return hashlib.sha256(b"").digest()
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [node_hash(left, right) for left, right in pairs] + odd
    return level[0]


class Growing:
    """A tree that grows by a leaf at a time and can always tell its root."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def copy(self) -> "Growing":
        """Return a tree that grows by itself from here on."""
        other = Growing()
        other.size, other._peaks = self.size, list(self._peaks)
        return other

    def append(self, leaf: bytes) -> None:
        """Add a leaf's hash."""
        size = self.size
        while size & 1:
            leaf = node_hash(self._peaks.pop(), leaf)
            size >>= 1
        self._peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of what was added."""
        if not self._peaks:
            return root_of(())
        *others, root = self._peaks
        for peak in reversed(others):
            root = node_hash(peak, root)
        return root


def is_included(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether a leaf's hash stands at an index of the tree with this size and root."""
    if not 0 <= index < size or len(leaf) != HASH or len(root) != HASH:
        return False
    here, last, result = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            result = node_hash(step, result)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            result = node_hash(result, step)
        here, last = here >> 1, last >> 1
    return last == 0 and result == root


def is_consistent(
    size: int, later: int, root: bytes, later_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether the later tree begins with the earlier one."""
    if not 0 < size <= later:
        return False
    if size == later:
        return not proof and root == later_root
    path = [root, *proof] if size & (size - 1) == 0 else list(proof)
    return bool(proof) and _climbs(size, later, path) == (root, later_root)


def _climbs(size: int, later: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    here, last = size - 1, later - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old = new = path[0]
    for step in path[1:]:
        if last == 0:
            return None
        if here & 1 or here == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            new = node_hash(new, step)
        here, last = here >> 1, last >> 1
    return None if last else (old, new)


# ---- notes and keys (C2SP signed-note, tlog-checkpoint, tlog-cosignature) ---------------------
def bits(text: bytes) -> bytes:
    """Return what base64 stands for; ValueError where another text would stand for the same."""
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("no base64") from None
    if base64.b64encode(data) != text:
        raise ValueError("no plain base64")
    return data


@dataclass(frozen=True)
class Key:
    """A public key, of the log or of a witness."""

    kind: str
    name: bytes
    public: bytes

    @property
    def fingerprint(self) -> str:
        """What people compare."""
        return hashlib.sha256(self.public).hexdigest()

    @property
    def number(self) -> bytes:
        """The four bytes by which a note names the key."""
        kind = LOG if self.kind == "log" else COSIGNATURE
        return hashlib.sha256(self.name + b"\n" + bytes([kind]) + self.public).digest()[:4]

    def signs(self, text: bytes, signature: bytes) -> bool:
        """Say whether this is the key's signature (with its time, for a witness) under a text."""
        if self.kind == "log":
            return is_signed(self.public, text, signature)
        at = int.from_bytes(signature[:8], "big")
        told = b"cosignature/v1\ntime %d\n" % at + text
        return len(signature) == 72 and is_signed(self.public, told, signature[8:])


@dataclass(frozen=True)
class Note:
    """A signed checkpoint: the head of the log at a size."""

    origin: bytes
    size: int
    root: bytes
    text: bytes
    signatures: tuple[tuple[bytes, bytes, bytes], ...]  # name, number of the key, signature

    @classmethod
    def read(cls, data: bytes) -> "Note":
        """Return the note that these bytes are; ValueError when they are none."""
        found = NOTE.fullmatch(data)
        if found is None:
            raise ValueError("no signed checkpoint")
        lines = [(name, bits(text)) for name, text in SIGNATURE.findall(found[4])]
        return cls(
            origin=found[1],
            size=int(found[2]),
            root=bits(found[3]),
            text=data[: found.end(3) + 1],
            signatures=tuple((name, line[:4], line[4:]) for name, line in lines),
        )


# ---- the bundle -------------------------------------------------------------------------------
class Bad(Exception):
    """Something is wrong from an index on; the smallest index is the answer."""

    def __init__(self, index: int, words: str) -> None:
        super().__init__(words)
        self.index, self.words = index, words


@dataclass
class Report:
    """What was found; `bad` None: all of it is proved."""

    entries: int = 0
    root: bytes = b""
    keys: list[Key] = field(default_factory=list)
    signatures: int = 0
    bad: Bad | None = None


Open = Callable[[str], BinaryIO]


def verify(opened: Open, *, pinned: Sequence[str] = (), known: bytes = b"") -> Report:
    """Verify a bundle whose files `opened` gives; `pinned` are fingerprints of the keys."""
    report = Report()
    try:
        keys = _keys(opened("keys.txt").read(), pinned)
        notes = list(_notes(opened("checkpoints.txt").read()))
        roots = _roots(opened("roots.txt").read())
        report.keys = keys
        # What costs nothing first: then only the signatures' own bits are left to the arithmetic.
        _entries(opened, notes, roots, report)
        _proofs(opened("proofs.txt").read(), notes)
        report.signatures = _signatures(notes, keys)
        _newer(known, notes, roots, keys)
    except Bad as bad:
        report.bad = bad
    return report


def _keys(data: bytes, pinned: Sequence[str]) -> list[Key]:
    try:
        found = [Key(kind.decode(), name, bits(key)) for kind, name, key in KEY.findall(data)]
    except ValueError:
        raise Bad(0, "keys.txt: a key cannot be read") from None
    lines = b"".join(
        b"%s %s %s\n" % (key.kind.encode(), key.name, base64.b64encode(key.public)) for key in found
    )
    has_log = any(key.kind == "log" for key in found)
    if lines != data or len(set(found)) != len(found) or not has_log:
        raise Bad(0, "keys.txt cannot be read")
    for fingerprint in pinned:
        if fingerprint.lower() not in [key.fingerprint for key in found]:
            raise Bad(0, f"keys.txt: the key {fingerprint} is not there")
    return found


def _notes(data: bytes) -> Iterator[Note]:
    earlier = before = -1
    for part in re.split(rb"(?<=\n)\n(?=[^\n]+\n(?:0|[1-9][0-9]*)\n)", data.removesuffix(b"\n")):
        try:
            note = Note.read(part)
        except ValueError:
            raise Bad(max(before, 0), "checkpoints.txt: a checkpoint cannot be read") from None
        if note.size <= before:
            raise Bad(max(earlier, 0), "checkpoints.txt: the sizes do not rise")
        earlier, before = before, note.size
        yield note
    if not data.endswith(b"\n\n"):
        raise Bad(max(before, 0), "checkpoints.txt: the end is missing")


def _roots(data: bytes) -> dict[int, bytes]:
    roots: dict[int, bytes] = {}
    place, sizes = 0, [0, 0]
    for found in ROOT.finditer(data):
        size = int(found[1])
        if found.start() != place:
            break
        if roots and size <= sizes[-1]:
            raise Bad(sizes[-2], "roots.txt: the sizes do not rise")
        try:
            roots[size] = bits(found[2])
        except ValueError:
            break
        place = found.end()
        sizes.append(size)
    if place != len(data):
        raise Bad(sizes[-1], "roots.txt: a line cannot be read")
    return roots


def _entries(opened: Open, notes: list[Note], roots: dict[int, bytes], report: Report) -> None:
    wanted = {note.size: note.root for note in notes}
    if set(wanted) - set(roots):
        missing = min(set(wanted) - set(roots))
        below = [size for size in roots if size < missing]
        raise Bad(max(below, default=0), f"roots.txt: size {missing} is missing")
    tree, proved = Growing(), 0
    leaves = opened("leaves.bin")
    proved = _meets(tree, wanted, roots, proved)
    for index, line in enumerate(opened("entries.jsonl")):
        leaf = leaf_hash(line[:-1])
        if line[-1:] != b"\n" or leaves.read(HASH) != leaf:
            raise Bad(index, f"entry {index} is not the one that was written there")
        tree.append(leaf)
        if tree.size in roots:
            proved = _meets(tree, wanted, roots, proved)
    if leaves.read(1):
        raise Bad(tree.size, f"entry {tree.size} is missing")
    if tree.size != max(wanted) or tree.size != max(roots):
        at = min(tree.size, proved)
        raise Bad(at, f"{tree.size} entries do not end at a signed checkpoint")
    report.entries, report.root = tree.size, tree.root()


def _meets(tree: Growing, wanted: dict[int, bytes], roots: dict[int, bytes], proved: int) -> int:
    size = tree.size
    if size not in roots:
        return proved
    root = tree.root()
    if roots[size] != root or wanted.get(size, root) != root:
        raise Bad(
            proved, f"the entries from {proved} to {size - 1} are not those of checkpoint {size}"
        )
    return size


def _proofs(data: bytes, notes: list[Note]) -> None:
    found = list(PROOF.finditer(data))
    pairs = [(a, b) for a, b in itertools.pairwise(notes) if a.size]
    if b"".join(one[0] for one in found) != data or len(found) != len(pairs):
        raise Bad(0, "proofs.txt cannot be read")
    for one, (earlier, later) in zip(found, pairs, strict=True):
        try:
            steps = [bits(step) for step in one[3].split(b",")] if one[3] else []
        except ValueError:
            steps = []
        holds = (int(one[1]), int(one[2])) == (earlier.size, later.size) and is_consistent(
            earlier.size, later.size, earlier.root, later.root, steps
        )
        if not holds:
            raise Bad(earlier.size, f"proofs.txt: {earlier.size} to {later.size} does not hold")


def _signatures(notes: list[Note], keys: list[Key]) -> int:
    known = {(key.name, key.number): key for key in keys}
    used, count, before = set(), 0, 0
    for note in notes:
        kinds = set()
        for name, number, signature in note.signatures:
            key = known.get((name, number))
            if key is None or (key.kind == "log" and key.name != note.origin):
                raise Bad(before, f"checkpoint {note.size}: a signature by nobody in keys.txt")
            if not key.signs(note.text, signature):
                raise Bad(before, f"checkpoint {note.size}: the signature of {name!r} is wrong")
            used.add(key)
            kinds.add(key.kind)
            count += 1
        if "log" not in kinds:
            raise Bad(before, f"checkpoint {note.size}: the log did not sign it")
        before = note.size
    witnessed = any(key.kind == "witness" for key in keys)
    if used != set(keys) or (witnessed and "witness" not in kinds):
        raise Bad(before, "a key of keys.txt signed nothing, or the newest head has no witness")
    return count


def _newer(known: bytes, notes: list[Note], roots: dict[int, bytes], keys: list[Key]) -> None:
    if not known:
        return
    try:
        note = Note.read(known)
    except ValueError:
        raise Bad(0, "the note that you know cannot be read") from None
    if note.size > notes[-1].size:
        raise Bad(notes[-1].size, f"the tail is cut off: you know {note.size} entries")
    if note.size in roots and roots[note.size] != note.root:
        raise Bad(0, f"a fork: at {note.size} you know another root")


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, verify, tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--log-key", default="", help="the fingerprint of the log's key")
    parser.add_argument("--witness-key", default="", help="the fingerprint of the witness's key")
    parser.add_argument("--known", type=Path, help="a file with the newest note that you know")
    given = parser.parse_args(arguments)
    try:
        there = sorted(path.name for path in given.folder.iterdir())
        if there != sorted(FILES):
            return _tell(Report(bad=Bad(0, f"the folder holds {', '.join(there)}")))
        known = given.known.read_bytes() if given.known else b""
        pinned = [pin for pin in (given.log_key, given.witness_key) if pin]
        return _tell(
            verify(lambda name: (given.folder / name).open("rb"), pinned=pinned, known=known)
        )
    except OSError as error:
        sys.stdout.write(f"The bundle cannot be read: {error}\n")
        return 2


def _tell(report: Report) -> int:
    out = io.StringIO()
    if report.bad is not None:
        out.write(f"BROKEN: {report.bad.words}.\nFirst bad index: {report.bad.index}\n")
    else:
        out.write(
            f"SOUND: {report.entries} entries, root {base64.b64encode(report.root).decode()}; "
            f"{report.signatures} signatures checked.\n"
        )
        for key in report.keys:
            out.write(f"{key.kind} {key.name.decode()}: fingerprint {key.fingerprint}\n")
        out.write(
            "Not to be seen here: acts that were never written; a tail cut back to an earlier "
            "signed checkpoint, unless you gave a newer one by --known;\n"
            "keys that are not the house's: compare the fingerprints with those you were given.\n"
        )
    sys.stdout.write(out.getvalue())
    return 0 if report.bad is None else 1


if __name__ == "__main__":
    sys.exit(main())
