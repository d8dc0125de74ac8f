"""Canonical bytes: one form, amounts and ids as text, floats refused."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from backoffice.core.canonical import NotCanonical, encode


def test_every_kind_of_value():
    assert (
        encode(
            {
                "when": datetime(2026, 3, 2, 14, 5, tzinfo=timezone(timedelta(hours=2))),
                "day": date(2026, 3, 2),
                "amount": Decimal("12.50"),
                "tiny": Decimal("1E-8"),
                "id": 9007199254740993,
                "uuid": UUID(int=1),
                "yes": True,
                "none": None,
                "list": [1, "ü", ("a",)],
                "": {"b": "2", "a": "1"},
            }
        )
        == (
            '{"":{"a":"1","b":"2"},"amount":"12.50","day":"2026-03-02","id":"9007199254740993",'
            '"list":["1","ü",["a"]],"none":null,"tiny":"0.00000001",'
            '"uuid":"00000000-0000-0000-0000-000000000001",'
            '"when":"2026-03-02T12:05:00.000000Z","yes":true}'
        ).encode()
    )


@given(
    st.dictionaries(st.text(st.characters(codec="utf-8", exclude_characters="\0")), st.integers())
)
def test_the_order_of_writing_does_not_matter(mapping):
    assert encode(mapping) == encode(dict(reversed(mapping.items())))


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (1.5, r"\$\.x: float"),
        ({"y": [0.1]}, r"\$\.x\.y\[0\]: float"),
        (Decimal("NaN"), r"\$\.x: Decimal"),
        (datetime(2026, 3, 2, 12), r"\$\.x: a moment without its zone"),  # noqa: DTZ001
        ("a\0b", r"\$\.x: text with a NUL"),
        (object(), r"\$\.x: object"),
        ({1: "a"}, r"\$\.x: a name is text"),
    ],
)
def test_what_has_no_canonical_form_is_refused_by_its_place(value, place):
    with pytest.raises(NotCanonical, match=place):
        encode({"x": value})


def test_moments_are_in_utc():
    assert (
        encode({"at": datetime(2026, 1, 1, tzinfo=UTC)}) == b'{"at":"2026-01-01T00:00:00.000000Z"}'
    )


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
FORMS = st.recursive(
    TEXT | st.booleans() | st.none(),
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=12,
)


@given(st.dictionaries(TEXT, FORMS))
def test_the_bytes_are_those_of_rfc_8785(mapping):
    assert encode(mapping) == rfc8785.dumps(mapping)


def test_every_sign_is_written_as_rfc_8785_writes_it():
    signs = "".join(chr(code) for code in range(1, 0x3000)) + "\ufeff\uffff\U0001f600"
    assert encode({"signs": signs}) == rfc8785.dumps({"signs": signs})
    with pytest.raises(NotCanonical):
        encode({"half": "\ud800"})
