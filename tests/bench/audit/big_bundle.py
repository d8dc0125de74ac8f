"""A bundle of any size on disk, made without a database."""

import base64
from itertools import pairwise
from pathlib import Path

from backoffice.audit.calc.signing import SigningKey, note_text, signature_line
from backoffice.audit.calc.tree import Tree
from backoffice.audit.calc.verify_bundle import HASH, Growing, leaf_hash, root_of

EVERY = 256  # entries between two heads
SIGNED = 64  # heads with signatures


def write(folder: Path, size: int, *, log: SigningKey, witness: SigningKey, origin: str) -> None:
    """Write entries of about 400 bytes with a head each 256 of them."""
    folder.mkdir()
    growing, roots, data = Growing(), {}, bytearray()
    with (folder / "entries.jsonl").open("wb") as entries:
        for number in range(size):
            entry = b'{"actor":"staff:42","fields":{"text":"%s"},"id":"%d"}' % (b"x" * 340, number)
            entries.write(entry + b"\n")
            leaf = leaf_hash(entry)
            data += leaf
            growing.append(leaf)
            if growing.size % EVERY == 0 or growing.size == size:
                roots[growing.size] = growing.root()
    (folder / "leaves.bin").write_bytes(data)
    lines = [f"{at} {base64.b64encode(root).decode()}\n" for at, root in roots.items()]
    (folder / "roots.txt").write_text("".join(lines))
    sizes = sorted(roots)[:: -max(1, len(roots) // SIGNED)][:SIGNED][::-1]
    notes = []
    for at in sizes:
        text = note_text(origin, at, roots[at])
        signed = "".join(signature_line(key, text, at=1) for key in (log, witness))
        notes.append(text.decode() + "\n" + signed + "\n")
    (folder / "checkpoints.txt").write_text("".join(notes))
    tree = _tree(bytes(data))
    proofs = [
        f"consistency {one} {other} "
        + ",".join(base64.b64encode(step).decode() for step in tree.consistency(one, other))
        + "\n"
        for one, other in pairwise(sizes)
    ]
    (folder / "proofs.txt").write_text("".join(proofs))
    keys = [(key.kind, key.name, key.public.public) for key in (log, witness)]
    told = [f"{kind} {name} {base64.b64encode(key).decode()}\n" for kind, name, key in keys]
    (folder / "keys.txt").write_text("".join(told))


def _tree(data: bytes) -> Tree:
    levels = [[data[at : at + HASH] for at in range(0, len(data), HASH)]]
    while len(levels[-1]) >= 256:
        below = levels[-1]
        full = range(0, len(below) - len(below) % 256, 256)
        levels.append([root_of(below[at : at + 256]) for at in full])
    return Tree(lambda level, first, count: levels[level][first : first + count])
