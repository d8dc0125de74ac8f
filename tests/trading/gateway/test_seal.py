"""The seal: whatever is altered, repeated, stale or of an unknown key is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from trading.gateway import seal
from trading.gateway.errors import BadMessage

KEY = bytes(range(32))
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
PATH = "/v1/commands/change_balance"
BODY = b'{"amount":"10.00"}'
REQUEST = {"method": "POST", "path": PATH, "body": BODY}


def sealed(**changed: object) -> dict[str, str]:
    return seal.seal_request(key_id="one", key=KEY, now=NOW, **(REQUEST | changed))


def check(headers: dict[str, str], *, now: datetime = NOW, **changed: object) -> seal.Seal:
    checker = seal.Checker({"one": KEY})
    return checker.check(headers=headers, now=now, **(REQUEST | changed))


def flips(text: str) -> list[str]:
    """The text with every one of its bytes changed, one at a time, in two ways."""
    return [
        text[:i] + chr(ord(text[i]) ^ bit) + text[i + 1 :]
        for i in range(len(text))
        for bit in (1, 32)
    ]


def test_a_right_seal_is_accepted() -> None:
    headers = sealed()
    assert check(headers) == seal.Seal("one", headers[seal.NONCE])


@pytest.mark.parametrize("name", [seal.KEY, seal.TIME, seal.NONCE, seal.MAC])
def test_every_byte_of_the_headers_counts(name: str) -> None:
    headers = sealed()
    for changed in flips(headers[name]):
        with pytest.raises(BadMessage):
            check(headers | {name: changed})
    with pytest.raises(BadMessage, match="no seal"):
        check({key: value for key, value in headers.items() if key != name})


def test_every_byte_of_the_message_counts() -> None:
    headers = sealed()
    for changed in flips(BODY.decode()):
        with pytest.raises(BadMessage, match="does not fit"):
            check(headers, body=changed.encode())
    for changed in flips(PATH):
        with pytest.raises(BadMessage, match="does not fit"):
            check(headers, path=changed)
    for method in ("GET", "PUT", "post"):
        with pytest.raises(BadMessage, match="does not fit"):
            check(headers, method=method)


def test_fields_cannot_run_into_each_other() -> None:
    with pytest.raises(BadMessage, match="does not fit"):
        check(sealed(method="POS", path="T" + PATH))


def test_a_message_is_accepted_once() -> None:
    checker, headers = seal.Checker({"one": KEY}), sealed()
    checker.check(headers=headers, now=NOW, **REQUEST)
    with pytest.raises(BadMessage, match="received before"):
        checker.check(headers=headers, now=NOW, **REQUEST)


def test_it_is_refused_by_memory_or_by_age_at_every_moment() -> None:
    checker, headers = seal.Checker({"one": KEY}), sealed()
    checker.check(headers=headers, now=NOW, **REQUEST)
    for second in range(0, 120, 5):
        with pytest.raises(BadMessage, match=r"received before|too old"):
            checker.check(headers=headers, now=NOW + timedelta(seconds=second), **REQUEST)


def test_the_window_has_two_sharp_ends() -> None:
    one_ms = timedelta(milliseconds=1)
    old, ahead = timedelta(milliseconds=seal.WINDOW_MS), timedelta(milliseconds=seal.AHEAD_MS)
    check(sealed(), now=NOW + old)
    check(sealed(), now=NOW - ahead)
    with pytest.raises(BadMessage, match="too old"):
        check(sealed(), now=NOW + old + one_ms)
    with pytest.raises(BadMessage, match="future"):
        check(sealed(), now=NOW - ahead - one_ms)


def test_an_unknown_key_says_no_more_than_a_wrong_seal() -> None:
    headers = sealed()
    with pytest.raises(BadMessage) as unknown:
        check(headers | {seal.KEY: "two"})
    with pytest.raises(BadMessage) as wrong:
        check(headers, body=b"x")
    assert str(unknown.value) == str(wrong.value)


def test_a_full_memory_refuses_and_does_not_forget() -> None:
    memory = seal.NonceMemory(kept=2)
    for nonce in ("a", "b"):
        memory.remember("one", nonce, sealed_ms=1000, now_ms=1000)
    with pytest.raises(BadMessage, match="Too many"):
        memory.remember("one", "c", sealed_ms=1000, now_ms=1000)
    with pytest.raises(BadMessage, match="before"):
        memory.remember("one", "a", sealed_ms=1000, now_ms=1000)
    later = 1001 + seal.WINDOW_MS
    memory.remember("one", "c", sealed_ms=later, now_ms=later)


def answer(headers: dict[str, str], *, status: int = 200, body: bytes = b"yes") -> dict[str, str]:
    return seal.seal_answer(
        seal=seal.Seal("one", headers[seal.NONCE]), key=KEY, method="POST", path=PATH,
        status=status, body=body, now=NOW,
    )  # fmt: skip


def check_answer(
    request: dict[str, str], headers: dict[str, str], *, status: int = 200, body: bytes = b"yes",
    now: datetime = NOW, key: bytes = KEY,
) -> None:  # fmt: skip
    seal.check_answer(
        seal=seal.Seal("one", request[seal.NONCE]), key=key, request=("POST", PATH),
        status=status, headers=headers, body=body, now=now,
    )  # fmt: skip


def test_an_answer_is_bound_to_its_request() -> None:
    request, other = sealed(), sealed()
    check_answer(request, answer(request))
    with pytest.raises(BadMessage, match="another request"):
        check_answer(request, answer(other))


def test_every_byte_of_an_answer_counts() -> None:
    request = sealed()
    headers = answer(request)
    for name in headers:
        for changed in flips(headers[name]):
            with pytest.raises(BadMessage):
                check_answer(request, headers | {name: changed})
    for changed in flips("yes"):
        with pytest.raises(BadMessage):
            check_answer(request, headers, body=changed.encode())
    with pytest.raises(BadMessage):
        check_answer(request, headers, status=201)
    with pytest.raises(BadMessage):
        check_answer(request, headers, key=bytes(32))
    with pytest.raises(BadMessage, match="too old"):
        check_answer(request, headers, now=NOW + timedelta(minutes=1))


def test_a_request_cannot_be_shown_as_its_own_answer() -> None:
    request = sealed()
    with pytest.raises(BadMessage, match="does not fit"):
        check_answer(request, request, body=BODY)


def test_messages_of_a_stream_keep_their_order() -> None:
    ours, theirs = (seal.FrameSeal(key=KEY, nonce="n") for _ in range(2))
    messages = [ours.close(body) for body in (b"one", b"two", b"three")]
    assert theirs.open(messages[0]) == b"one"
    with pytest.raises(BadMessage):
        theirs.open(messages[2])


def test_every_byte_of_a_stream_counts() -> None:
    message = seal.FrameSeal(key=KEY, nonce="n").close(b"one")
    for i in range(len(message)):
        changed = message[:i] + bytes([message[i] ^ 1]) + message[i + 1 :]
        with pytest.raises(BadMessage):
            seal.FrameSeal(key=KEY, nonce="n").open(changed)
    with pytest.raises(BadMessage):
        seal.FrameSeal(key=KEY, nonce="m").open(message)
    with pytest.raises(BadMessage):
        seal.FrameSeal(key=KEY, nonce="n").open(b"")
