"""How long things take on a server is set with an event; the chase settles what nobody answered."""

import pytest

from backoffice.core.actors import Actor
from backoffice.core.models import EventRecord
from tests.factories.market import NOON
from tests.factories.servers import a_server
from trading import tasks
from trading.actions import sending_terms
from trading.models import SendingTerms, Server

pytestmark = pytest.mark.django_db
TERMS = sending_terms.Terms(
    deadline_ms=5000, transport_delay_ms=2000, clock_skew_ms=500, visibility_lag_ms=1000
)


def set_terms(server: Server, terms: sending_terms.Terms = TERMS) -> SendingTerms:
    return sending_terms.set_sending_terms(
        server_id=server.pk, terms=terms, actor=Actor.staff(1), now=NOON
    )


def test_terms_are_set_told_and_changed() -> None:
    server = a_server()
    set_terms(server)
    set_terms(server)
    longer = sending_terms.Terms(
        deadline_ms=9000, transport_delay_ms=2000, clock_skew_ms=500, visibility_lag_ms=1000
    )
    set_terms(server, longer)

    assert SendingTerms.objects.get().deadline_ms == 9000
    assert EventRecord.objects.filter(name="trading.sending_terms.set").count() == 2


@pytest.mark.parametrize(
    "changed", [{"deadline_ms": 999}, {"clock_skew_ms": -1}, {"visibility_lag_ms": 3_600_001}]
)
def test_terms_that_cannot_be_right_are_refused(changed: dict[str, int]) -> None:
    known = {
        "deadline_ms": 5000,
        "transport_delay_ms": 2000,
        "clock_skew_ms": 500,
        "visibility_lag_ms": 1000,
    }
    with pytest.raises(sending_terms.BadTerms):
        set_terms(a_server(), sending_terms.Terms(**(known | changed)))


def test_the_chase_finds_nothing_where_nothing_is_open() -> None:
    tasks.chase_operations()
    assert not SendingTerms.objects.exists()
