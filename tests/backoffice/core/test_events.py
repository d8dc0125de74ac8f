"""Events: named and worded well, found by name, rebuilt from what was written."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

import pytest

from backoffice.core import canonical, events
from backoffice.core.events import Event, UnknownEvent
from tests.backoffice.core.probes import NOON, ThingWeighed


def test_an_event_is_found_by_its_name():
    assert events.named("probe.thing.weighed") is ThingWeighed
    assert events.registered()["probe.thing.weighed"] is ThingWeighed
    with pytest.raises(UnknownEvent):
        events.named("probe.thing.eaten")


def test_what_was_written_is_read_back_with_its_types():
    event = ThingWeighed(
        thing_id=2**60,
        weight=Decimal("12.50"),
        is_heavy=True,
        seen_at=NOON,
        due_date=date(2026, 3, 9),
        labels=("a", "b"),
        parts=(1, 2),
    )
    written = json.loads(canonical.encode(event.values()))
    assert events.rebuilt(event.name, written) == event


def test_fields_that_came_or_went_since_are_passed_over():
    event = events.rebuilt("probe.thing.weighed", {"thing_id": "1", "weight": "2", "colour": "red"})
    assert event == ThingWeighed(thing_id=1, weight=Decimal(2))


@pytest.mark.parametrize("name", ["", "weighed", "probe.weighed", "Probe.thing.weighed", "a.b.c.d"])
def test_a_name_has_three_parts(name):
    with pytest.raises(TypeError, match="no event name"):
        type("Misnamed", (Event,), {"name": name, "sentence": ""})


def test_two_events_cannot_share_a_name():
    with pytest.raises(TypeError, match="Two events"):
        type("Other", (Event,), {"name": "probe.thing.weighed", "sentence": ""})


def test_a_sentence_that_uses_unknown_words_is_noticed():
    @dataclass(frozen=True, kw_only=True)
    class ThingPainted(Event):
        name: ClassVar[str] = "probe.thing.painted"
        sentence: ClassVar[str] = "{actor} painted {thing_id} {colour}"
        thing_id: int

    try:
        assert events.misworded(ThingPainted) == {"colour"}
        assert events.misworded(ThingWeighed) == set()
    finally:
        events._register.pop("probe.thing.painted")
