"""Files for spreadsheets: no formula from anybody's text, and every number what it was."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from backoffice.ui.drawing import export

AMOUNTS = some.decimals(allow_nan=False, allow_infinity=False, places=2)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        (True, "yes"),
        (-5, "-5"),
        (Decimal("-1234.50"), "-1234.50"),
        (Decimal("1E+3"), "1000"),
        (datetime(2026, 3, 4, 5, 6, 7, 8, tzinfo=UTC), "2026-03-04 05:06:07"),
        (date(2026, 3, 4), "2026-03-04"),
        ('Grüße, "you"', 'Grüße, "you"'),
        ("=1+1", "'=1+1"),
        ("-5.00", "'-5.00"),
        ("\0@x", "'@x"),
    ],
)
def test_a_value_is_written_as_it_is(value: Any, written: str) -> None:
    assert export.cell(value) == written


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some.lists(some.tuples(some.text(max_size=9), some.integers(), AMOUNTS), max_size=5))
def test_no_text_is_a_formula_and_numbers_come_back(rows: list[Any]) -> None:
    text = export.document(["=head", "n", "d"], rows)
    assert text.startswith(export.BYTE_ORDER_MARK)
    (heads, *lines) = csv.reader(io.StringIO(text[1:], newline=""))
    assert heads[0] == "'=head"
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        assert not line[0].startswith(export.FORMULA)
        assert line[0].removeprefix("'") == row[0].replace("\0", "").removeprefix("'")
        assert (int(line[1]), Decimal(line[2])) == row[1:]
