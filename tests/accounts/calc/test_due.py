"""Hours of business days: a weekend has none, 24 are a day."""

from datetime import UTC, datetime

import pytest

from accounts.calc.due import due, due_in

FRIDAY = datetime(2026, 11, 27, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "ends"),
    [
        (1, datetime(2026, 11, 27, 16, 30, tzinfo=UTC)),
        (8, datetime(2026, 11, 27, 23, 30, tzinfo=UTC)),
        (9, datetime(2026, 11, 30, 0, 30, tzinfo=UTC)),
        (24, datetime(2026, 11, 30, 15, 30, tzinfo=UTC)),
        (72, datetime(2026, 12, 2, 15, 30, tzinfo=UTC)),
    ],
)
def test_hours_of_business_days(hours: int, ends: datetime) -> None:
    assert due_in(FRIDAY, hours=hours, timezone="UTC") == ends


def test_three_days_are_what_the_house_always_promised() -> None:
    for timezone in ("UTC", "Asia/Tokyo", "America/New_York"):
        three = due(FRIDAY, business_days=3, timezone=timezone)
        assert due_in(FRIDAY, hours=72, timezone=timezone) == three
