"""A compiled question: the same rows, joins and locks as Django's own, written into SQL once."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import F, QuerySet
from django.test.utils import CaptureQueriesContext

from backoffice.core import locks
from backoffice.core.compiled import Question
from backoffice.core.errors import NoTransaction
from backoffice.core.models import Work, WorkState
from tests.backoffice.core.probes import NOON, drop


@pytest.mark.django_db
def test_it_answers_as_the_queryset_does():
    drop(1)
    drop(2, now=NOON + timedelta(hours=1))

    def build(reaction, moment):
        return (
            Work.objects.select_related("event")
            .filter(reaction=reaction, state=WorkState.WAITING, run_after__lte=moment)
            .annotate(number=F("event__id"))
            .order_by("id")
        )

    question = Question(build, str, type(NOON))
    for moment in (NOON - timedelta(days=1), NOON, NOON + timedelta(days=1)):
        for reaction in ("tests.backoffice.core.probes.sweep_up", "nobody's"):
            asked, expected = question.all(reaction, moment), list(build(reaction, moment))
            assert asked == expected
            assert [vars(one.event)["body"] for one in asked] == [
                vars(one.event)["body"] for one in expected
            ]
            assert [one.number for one in asked] == [one.number for one in expected]


@pytest.mark.django_db
def test_it_is_written_once_and_sends_one_query(monkeypatch):
    drop()
    first, second = Work.objects.order_by("id")
    question = Question(lambda number: Work.objects.filter(pk=number), int)
    assert question.one(first.pk) == first
    monkeypatch.setattr(QuerySet, "filter", None)  # Django is not asked again
    with CaptureQueriesContext(transaction.get_connection()) as sent:
        assert question.one(second.pk) == second
    assert len(sent.captured_queries) == 1
    assert question.first(0) is None
    with pytest.raises(Work.DoesNotExist):
        question.one(0)


def test_it_locks_rows_and_asks_for_a_transaction(fresh_database):
    with transaction.atomic():
        drop()
        question = Question(lambda number: locks.rows(Work.objects.filter(pk=number)), int)
        piece = question.one(Work.objects.values_list("pk", flat=True)[0])
    with fresh_database.connect() as other, transaction.atomic():
        question.one(piece.pk)
        waits = other.execute(
            "SELECT id FROM core_work WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED", [piece.pk]
        )
        assert waits.fetchone() is None
    with pytest.raises(NoTransaction):
        question.one(piece.pk)


@pytest.mark.django_db
def test_a_value_that_is_lost_on_the_way_is_told():
    question = Question(lambda number, other: Work.objects.filter(pk=number), int, int)
    with pytest.raises(ValueError, match="does not stand"):
        question.all(1, 2)
