"""Bech32 and Bech32m: how Bitcoin writes addresses of witness programs (BIP 173, BIP 350)."""

SIGNS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
STEPS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
OLD, NEW = 1, 0x2BC830A3  # what the checksum comes to: version 0, and every later one
LONGEST = 90
MARK = 6


def is_witness(prefix: str, text: str) -> bool:
    """Say whether the text is a witness program under this prefix, its checksum right."""
    if text not in (text.lower(), text.upper()) or len(text) > LONGEST:
        return False
    head, one, rest = text.lower().rpartition("1")
    if not one or head != prefix or any(sign not in SIGNS for sign in rest) or len(rest) <= MARK:
        return False
    values = [SIGNS.index(sign) for sign in rest]
    program = _bytes(values[1:-MARK])
    version = values[0]
    if version > 16 or program is None or not 2 <= len(program) <= 40:
        return False
    if version == 0 and len(program) not in (20, 32):
        return False
    return _sum(head, values) == (NEW if version else OLD)


def _sum(head: str, values: list[int]) -> int:
    spread = [ord(sign) >> 5 for sign in head] + [0] + [ord(sign) & 31 for sign in head]
    total = 1
    for value in (*spread, *values):
        top = total >> 25
        total = (total & 0x1FFFFFF) << 5 ^ value
        for bit, step in enumerate(STEPS):
            total ^= step if (top >> bit) & 1 else 0
    return total


def _bytes(fives: list[int]) -> bytes | None:
    """Return groups of five bits as bytes; None when what is left over is no padding."""
    number, count = 0, 5 * len(fives)
    for five in fives:
        number = number << 5 | five
    left = count % 8
    if left >= 5 or number & ((1 << left) - 1):
        return None
    return (number >> left).to_bytes(count // 8, "big")
