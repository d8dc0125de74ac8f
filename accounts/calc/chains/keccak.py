"""Keccak-256 as Ethereum uses it: the submission to the SHA-3 contest, with its own padding.

Python's `hashlib.sha3_256` is the later standard (FIPS 202), which pads by 0x06 and not by 0x01.
Source: https://keccak.team/keccak_specs_summary.html
"""

RATE = 136  # bytes: 1600 bits less twice the digest's 256
MASK = (1 << 64) - 1
ROUNDS = 24
PLACES = [(x, y) for x in range(5) for y in range(5)]
TURNS = (
    (0, 36, 3, 41, 18),
    (1, 44, 10, 45, 2),
    (62, 6, 43, 15, 61),
    (28, 55, 25, 21, 56),
    (27, 20, 39, 8, 14),
)


def keccak_256(data: bytes) -> bytes:
    """Return the digest of the bytes, 32 of them."""
    padded = bytearray(data) + b"\x01" + bytes(-(len(data) + 1) % RATE)
    padded[-1] |= 0x80
    lanes = [[0] * 5 for _ in range(5)]
    for start in range(0, len(padded), RATE):
        for index in range(RATE // 8):
            at = start + 8 * index
            lanes[index % 5][index // 5] ^= int.from_bytes(padded[at : at + 8], "little")
        _permute(lanes)
    return b"".join(lanes[index % 5][index // 5].to_bytes(8, "little") for index in range(4))


def _permute(lanes: list[list[int]]) -> None:
    register = 1
    for _round in range(ROUNDS):
        columns = [column[0] ^ column[1] ^ column[2] ^ column[3] ^ column[4] for column in lanes]
        for x in range(5):
            change = columns[x - 1] ^ _turned(columns[(x + 1) % 5], 1)
            lanes[x] = [lane ^ change for lane in lanes[x]]
        moved = [[0] * 5 for _ in range(5)]
        for x, y in PLACES:
            moved[y][(2 * x + 3 * y) % 5] = _turned(lanes[x][y], TURNS[x][y])
        for x, y in PLACES:
            lanes[x][y] = moved[x][y] ^ (~moved[(x + 1) % 5][y] & moved[(x + 2) % 5][y] & MASK)
        for bit in range(7):  # the round's constant, from a shift register
            lanes[0][0] ^= (register & 1) << ((1 << bit) - 1)
            register = (register << 1) ^ (0x171 if register & 0x80 else 0)


def _turned(lane: int, by: int) -> int:
    return ((lane << by) | (lane >> (64 - by))) & MASK
