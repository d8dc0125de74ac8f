"""Bundles made without a database, and everything that somebody may do to one."""

import base64
import io
import random
from collections.abc import Iterator, Sequence
from itertools import pairwise

from backoffice.audit.calc import tree, verify_bundle
from backoffice.audit.calc.signing import SigningKey, note_text, signature_line
from backoffice.audit.calc.verify_bundle import Report, leaf_hash

Files = dict[str, bytes]
ORIGIN = "house.example/audit"
LOG = SigningKey("log", ORIGIN, b"\x01" * 32)
WITNESS = SigningKey("witness", "witness", b"\x02" * 32)
THIEF = SigningKey("log", ORIGIN, b"\x03" * 32)


def entries_of(count: int, length: int = 0) -> list[bytes]:
    """Entries that all differ, of about a length."""
    chance = random.Random(7)
    return [b'{"n":"%d","x":"%s"}' % (n, chance.randbytes(length // 2).hex().encode())
            for n in range(count)]  # fmt: skip


def a_bundle(
    entries: Sequence[bytes],
    signed: Sequence[int],
    *,
    unsigned: Sequence[int] = (),
    log: SigningKey = LOG,
    witness: SigningKey | None = WITNESS,
) -> Files:
    """The files over these entries, with heads at these sizes."""
    leaves = [leaf_hash(entry) for entry in entries]
    grown = tree.over(leaves)
    roots = {size: grown.root(size) for size in sorted({*signed, *unsigned})}
    notes, keys = [], [key for key in (log, witness) if key]
    for size in signed:
        text = note_text(ORIGIN, size, roots[size])
        notes.append(
            text + b"\n" + "".join(signature_line(key, text, at=9) for key in keys).encode()
        )
    proofs = [
        b"consistency %d %d %s\n"
        % (a, b, b",".join(base64.b64encode(step) for step in grown.consistency(a, b)))
        for a, b in pairwise(signed)
        if a
    ]
    return {
        "entries.jsonl": b"".join(entry + b"\n" for entry in entries),
        "leaves.bin": b"".join(leaves),
        "roots.txt": b"".join(b"%d %s\n" % (s, base64.b64encode(r)) for s, r in roots.items()),
        "checkpoints.txt": b"".join(note + b"\n" for note in notes),
        "proofs.txt": b"".join(proofs),
        "keys.txt": b"".join(
            b"%s %s %s\n"
            % (key.kind.encode(), key.name.encode(), base64.b64encode(key.public.public))
            for key in keys
        ),
    }


def check(files: Files, **more: object) -> Report:
    """What the verifier says of files in memory."""
    return verify_bundle.verify(lambda name: io.BytesIO(files[name]), **more)  # type: ignore[arg-type]


def flipped(files: Files, name: str, bit: int) -> Files:
    """The bundle with one bit turned."""
    data = bytearray(files[name])
    data[bit // 8] ^= 1 << bit % 8
    return files | {name: bytes(data)}


def entry_at(files: Files, byte: int) -> int:
    """Which entry a byte of entries.jsonl belongs to."""
    return files["entries.jsonl"].count(b"\n", 0, byte)


def moved(files: Files) -> Iterator[tuple[str, int, Files]]:
    """Entries dropped, doubled, swapped, every cut tail: what, the first bad index, the files."""
    lines = files["entries.jsonl"].splitlines(keepends=True)
    for at in range(len(lines)):
        for what, changed, first in (
            ("dropped", lines[:at] + lines[at + 1 :], at),
            ("doubled", lines[: at + 1] + lines[at:], at + 1),
            ("swapped", lines[:at] + lines[at : at + 2][::-1] + lines[at + 2 :], at),
            ("cut", lines[:at], at),
        ):
            if changed != lines:
                yield what, first, files | {"entries.jsonl": b"".join(changed)}


def forged(entries: Sequence[bytes], signed: Sequence[int], at: int, files: Files) -> Files:
    """The bundle of somebody who changes an entry and reckons everything anew, but cannot sign."""
    other = [*entries[:at], b'{"n":"forged"}', *entries[at + 1 :]]
    kept = ("checkpoints.txt", "keys.txt", "proofs.txt")
    return a_bundle(other, (), unsigned=signed) | {name: files[name] for name in kept}
