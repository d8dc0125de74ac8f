"""A marker is read back whole, or told to be damaged."""

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from trading.calc.marking import marker

keys = st.integers(0, 2**128 - 1).map(lambda value: UUID(int=value))


@given(keys)
def test_a_marker_fits_and_is_read_back(key: UUID) -> None:
    ours = marker.marker_of(key)
    assert len(ours.encode("ascii")) == 25
    assert marker.read(ours) == marker.read(f"{ours} paid") == ours


@given(keys)
def test_markers_differ_where_keys_differ_in_their_first_hundred_bits(key: UUID) -> None:
    other = UUID(int=key.int ^ (1 << 28))
    assert marker.marker_of(key) != marker.marker_of(other)


def test_every_changed_character_and_every_swap_of_neighbours_is_found() -> None:
    tried = 0
    for ours in (marker.marker_of(uuid4()) for _ in range(20)):
        for place in range(3, 25):
            for sign in marker.ALPHABET:
                damaged = ours[:place] + sign + ours[place + 1 :]
                if damaged != ours:
                    assert marker.read(damaged) is None
                    tried += 1
        for place in range(3, 22):  # within the body; the last pair crosses into the check
            swapped = ours[:place] + ours[place + 1] + ours[place] + ours[place + 2 :]
            if swapped != ours:
                assert marker.read(swapped) is None
    assert tried == 20 * 22 * 31


def test_other_comments_are_not_ours() -> None:
    for comment in ("", "Deposit", "BO:", "BO:SHORT", "bo:0000000000000000000000"):
        assert marker.read(comment) is None
    assert marker.is_ours("BO:damaged")
