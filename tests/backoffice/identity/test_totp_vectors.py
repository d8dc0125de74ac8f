"""One-time codes by the vectors of RFC 6238, through the library that checks them at sign-in."""

import json
from pathlib import Path

import pytest
from django_otp.oath import TOTP

from backoffice.demo.card import one_time_code

pytestmark = pytest.mark.shared_data
SECRET = b"12345678901234567890"


def test_every_moment_of_the_standard(shared_data: Path) -> None:
    """The standard's SHA-1 column: SHA-256 and SHA-512 are used by no authenticator of ours."""
    path = shared_data / "vectors" / "totp-rfc6238" / "vectors.json"
    rows = json.loads(path.read_text("utf-8"))["vectors"]
    assert len(rows) == 6
    for unix_time, sha1, _sha256, _sha512 in rows:
        totp = TOTP(SECRET, step=30, t0=0, digits=8)
        totp.time = unix_time
        assert f"{totp.token():08d}" == sha1
        assert totp.verify(int(sha1), tolerance=0)
        assert not totp.verify((int(sha1) + 1) % 10**8, tolerance=0)
        assert one_time_code(SECRET, unix_time) == sha1[-6:]
