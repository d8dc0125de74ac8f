"""Timelines: newest first, page by page, told in sentences; retired events are told too."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.core import events, records
from tests.backoffice.core.probes import drop, sell, weigh

pytestmark = pytest.mark.django_db


def test_a_timeline_is_about_one_subject_newest_first():
    first, _, third = weigh(7, "1.00"), weigh(8, "2.00"), weigh(7, "3.00")
    with CaptureQueriesContext(connection) as sent:
        told = records.for_subject("thing", 7)
    assert len(sent.captured_queries) == 1
    assert [view.number for view in told] == [third, first]
    assert told[0].sentence == "staff:42 weighed thing 7: 3.00 kg"
    assert told[0].told_by("Ada Agent") == "Ada Agent weighed thing 7: 3.00 kg"
    assert str(told[0].actor) == "staff:42"
    assert told[0].name == "probe.thing.weighed"
    assert told[0].fields["weight"] == "3.00"


def test_pages_follow_each_other():
    numbers = [drop() for _ in range(5)]
    seen, before = [], None
    while page := records.for_subject("thing", "7", before=before, limit=2):
        seen += [view.number for view in page]
        before = page[-1].number
    assert seen == numbers[::-1]


def test_one_event_stands_in_the_timelines_of_all_its_subjects():
    number = weigh(7)
    for kind, key in (("thing", 7), ("scale", 1)):
        assert [view.number for view in records.for_subject(kind, key)] == [number]
    assert records.for_subject("scale", 7) == []


def test_a_retired_event_is_told_by_its_name(monkeypatch):
    weigh()
    monkeypatch.delitem(events._register, "probe.thing.weighed")
    (view,) = records.for_subject("thing", 7)
    assert view.sentence == "staff:42: probe.thing.weighed"


def test_a_word_that_the_record_is_too_old_to_have(monkeypatch):
    drop()
    kind = events.named("probe.thing.dropped")
    monkeypatch.setattr(kind, "sentence", "{actor} dropped thing {thing_id} from {height} m")
    (view,) = records.for_subject("thing", 7)
    assert view.sentence == "system:sync dropped thing 7 from — m"


def test_braces_in_a_value_are_text():
    weigh(7)
    (view,) = records.for_subject("thing", 7)
    assert view.told_by("{thing_id} {x}") == "{thing_id} {x} weighed thing 7: 5.00 kg"


def test_amounts_are_told_grouped():
    weigh(9, "-12480.50")
    assert records.for_subject("thing", 9)[0].told_by("Ada") == "Ada weighed thing 9: −12,480.50 kg"


@pytest.mark.parametrize(
    ("kept", "currency", "told"),
    [
        ("-740.0000", "USD", "−740.00"),
        ("1500", "EUR", "1,500.00"),
        ("9000.0000", "JPY", "9,000"),
        ("0.1250", "USD", "0.1250"),
    ],
)
def test_money_is_told_with_the_digits_of_its_currency_and_loses_none(kept, currency, told):
    sell(9, kept, currency)
    (view,) = records.for_subject("thing", 9)
    assert view.told_by("Ada") == f"Ada sold thing 9 for {told} {currency}"


def test_nobody_reads_how_a_value_is_kept(monkeypatch):
    """Lists, absence, yes and no, moments: in words, never as Python writes them."""
    weigh(7)
    kind = events.named("probe.thing.weighed")
    monkeypatch.setattr(
        kind, "sentence", "{actor}: {labels}; {parts}; heavy {is_heavy}; due {due_date}"
    )
    (view,) = records.for_subject("thing", 7)
    told = view.told_by("Ada")
    assert told.startswith("Ada: ")
    assert not set("[]()'") & set(told)
    assert "None" not in told
    assert "False" not in told


def test_people_are_told_by_name_where_the_reader_has_names(monkeypatch):
    """A field that holds a user's number says the name; without names it stays a number."""
    weigh(7)
    kind = events.named("probe.thing.weighed")
    monkeypatch.setattr(kind, "persons", ("thing_id",))
    monkeypatch.setattr(kind, "sentence", "{actor} weighed {thing_id}")
    events.persons_of.cache_clear()
    (view,) = records.for_subject("thing", 7)
    try:
        assert view.person_ids == {7, 42}
        assert view.told_by("Ada", {7: "Mira Halonen"}) == "Ada weighed Mira Halonen"
        assert view.told_by("Ada") == "Ada weighed 7"
    finally:
        events.persons_of.cache_clear()
