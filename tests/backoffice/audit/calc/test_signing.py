"""Ed25519 against the vectors of RFC 8032, section 7.1; notes are read as they were signed."""

import pytest

from backoffice.audit.calc.signing import SigningKey, note_text, sign, signature_line
from backoffice.audit.calc.verify_bundle import ORDER, Note, is_signed, root_of

#: Seed, public key, message, signature.
VECTORS = (
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b4"
        "6bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        "4a7c15e9716ed28dc027beceea1ec40a",
    ),
)
TEXT = note_text("house.example/audit", 3, root_of(()))


@pytest.mark.parametrize("vector", VECTORS)
def test_the_vectors_of_the_standard(vector):
    seed, public, message, signature = map(bytes.fromhex, vector)
    key = SigningKey("log", "x", seed)
    assert key.public.public == public
    assert sign(seed, message) == signature
    assert is_signed(public, message, signature)
    assert not is_signed(public, message + b"x", signature)
    for place in range(0, 64, 9):
        changed = bytearray(signature)
        changed[place] ^= 1
        assert not is_signed(public, message, bytes(changed))
    scalar = int.from_bytes(signature[32:], "little") + ORDER
    assert not is_signed(public, message, signature[:32] + scalar.to_bytes(32, "little"))


def test_what_is_no_key_signs_nothing():
    assert not is_signed(b"\xff" * 32, b"", b"\x00" * 64)
    assert not is_signed(b"\x02" + b"\x00" * 31, b"", b"\x00" * 64)
    with pytest.raises(ValueError, match="32 bytes"):
        sign(b"short", b"")


def test_a_note_is_read_back_as_it_was_signed():
    log, witness = (SigningKey(kind, kind, bytes([7]) * 32) for kind in ("log", "witness"))
    data = TEXT + b"\n" + signature_line(log, TEXT).encode()
    data += signature_line(witness, TEXT, at=1_700_000_000).encode()
    note = Note.read(data)
    assert (note.origin, note.size, note.text) == (b"house.example/audit", 3, TEXT)
    for key, (name, number, signature) in zip((log, witness), note.signatures, strict=True):
        assert (name, number) == (key.name.encode(), key.public.number)
        assert key.public.signs(note.text, signature)
        assert not key.public.signs(note.text + b"\n", signature)


@pytest.mark.parametrize(
    "data",
    [b"", TEXT, TEXT + b"\n", TEXT + b"\n\xe2\x80\x94 log AA\n", TEXT.replace(b"3", b"03") + b"\n"],
)
def test_what_is_no_note_is_refused(data):
    with pytest.raises(ValueError):
        Note.read(data)
