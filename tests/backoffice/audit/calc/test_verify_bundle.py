"""Whatever is done to a bundle is found, and the first bad entry is named."""

import subprocess
import sys

import pytest

from backoffice.audit.calc import verify_bundle
from backoffice.audit.calc.signing import note_text, signature_line
from tests.backoffice.audit.bundles import (
    LOG,
    ORIGIN,
    THIEF,
    WITNESS,
    a_bundle,
    check,
    entries_of,
    entry_at,
    flipped,
    forged,
    moved,
)

ENTRIES = entries_of(6, 4)
SIGNED = (3, 6)
BUNDLE = a_bundle(ENTRIES, SIGNED, unsigned=(0, 2, 5))
#: The bits of signatures cost arithmetic; `make prove ONLY=audit` turns every one of them.
EVERY = 23


def signature_bits() -> set[int]:
    """The bits of checkpoints.txt that are part of a signature."""
    bits, place = set(), 0
    for line in BUNDLE["checkpoints.txt"].splitlines(keepends=True):
        if line.startswith(verify_bundle.DASH):
            bits |= set(range(8 * (place + line.rindex(b" ") + 7), 8 * (place + len(line) - 1)))
        place += len(line)
    return bits


def test_an_honest_bundle_is_sound():
    report = check(BUNDLE)
    assert report.bad is None
    assert (report.entries, report.signatures, len(report.keys)) == (6, 4, 2)


@pytest.mark.parametrize("name", verify_bundle.FILES)
def test_every_bit_is_proved(name):
    costly = signature_bits() if name == "checkpoints.txt" else set()
    for bit in range(8 * len(BUNDLE[name])):
        if bit in costly and bit % EVERY:
            continue
        report = check(flipped(BUNDLE, name, bit))
        assert report.bad is not None, (name, bit)
        if name == "entries.jsonl":
            assert report.bad.index == entry_at(BUNDLE, bit // 8)
        elif name == "leaves.bin":
            assert report.bad.index == bit // 8 // 32
        else:
            assert 0 <= report.bad.index <= len(ENTRIES)


def test_every_move_of_entries_is_found_where_it_begins():
    kinds = set()
    for what, first, files in moved(BUNDLE):
        report = check(files)
        assert report.bad is not None, what
        assert report.bad.index == first, what
        kinds.add(what)
    assert kinds == {"dropped", "doubled", "swapped", "cut"}


@pytest.mark.parametrize("name", verify_bundle.FILES)
def test_every_cut_and_every_addition_is_found(name):
    for length in range(len(BUNDLE[name])):
        assert check(BUNDLE | {name: BUNDLE[name][:length]}).bad is not None, length
    for more in (b"\n", b"x", b"\x00" * 32, BUNDLE[name]):
        assert check(BUNDLE | {name: BUNDLE[name] + more}).bad is not None, more


@pytest.mark.parametrize("at", range(6))
def test_a_forger_who_cannot_sign_is_found_between_two_heads(at):
    report = check(forged(ENTRIES, SIGNED, at, BUNDLE))
    assert report.bad is not None
    assert report.bad.index == (0 if at < 3 else 3)


def test_a_tail_cut_back_to_an_earlier_head_needs_the_note_that_one_knows():
    shorter = a_bundle(ENTRIES[:3], (3,))
    assert check(shorter).bad is None
    text = note_text(ORIGIN, 6, check(BUNDLE).root)
    known = text + b"\n" + signature_line(LOG, text).encode()
    assert check(BUNDLE, known=known).bad is None
    bad = check(shorter, known=known).bad
    assert bad is not None
    assert bad.index == 3


def test_a_fork_signed_by_the_log_itself_lacks_the_witness_or_the_root_one_knows():
    fork = a_bundle([*ENTRIES[:5], b'{"n":"other"}'], SIGNED)
    text = note_text(ORIGIN, 6, check(BUNDLE).root)
    known = text + b"\n" + signature_line(LOG, text).encode()
    assert check(fork, known=known).bad is not None
    alone = a_bundle(ENTRIES, SIGNED, witness=None)["checkpoints.txt"]
    assert check(BUNDLE | {"checkpoints.txt": alone}).bad is not None


def test_the_keys_can_be_pinned():
    pinned = [LOG.public.fingerprint, WITNESS.public.fingerprint]
    assert check(BUNDLE, pinned=pinned).bad is None
    stolen = a_bundle(ENTRIES, SIGNED, log=THIEF)
    assert check(stolen).bad is None
    assert check(stolen, pinned=pinned).bad is not None


def test_it_runs_alone_and_says_what_it_found(tmp_path):
    folder = tmp_path / "bundle"
    folder.mkdir()
    for name, data in BUNDLE.items():
        (folder / name).write_bytes(data)

    def run() -> tuple[int, str]:
        command = [sys.executable, "-I", "-S", verify_bundle.__file__, str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    code, said = run()
    assert code == 0
    assert LOG.public.fingerprint in said
    (folder / "entries.jsonl").write_bytes(BUNDLE["entries.jsonl"].replace(b'"4"', b'"5"', 1))
    code, said = run()
    assert (code, "First bad index: 4" in said) == (1, True)
    (folder / "more").touch()
    assert run()[0] == 1
