"""One key, one effect: across calls, rollbacks and concurrent transactions."""

import threading

import pytest
from django.db import connection, transaction

from backoffice.core.errors import NoTransaction
from backoffice.core.idempotency import once
from backoffice.core.models import IdempotencyKey


@pytest.mark.django_db
def test_a_key_works_once():
    assert [once("a"), once("a"), once("b"), once("a")] == [True, False, True, False]
    assert IdempotencyKey.objects.count() == 2


def test_a_rollback_gives_the_key_back(fresh_database):
    with transaction.atomic():
        assert once("a")
        transaction.set_rollback(True)
    with transaction.atomic():
        assert once("a")


def test_outside_a_transaction_it_is_an_error(fresh_database):
    with pytest.raises(NoTransaction):
        once("a")


def test_of_eight_at_once_one_has_the_effect(fresh_database):
    start = threading.Barrier(8)
    answers = []

    def ask():
        start.wait()
        with transaction.atomic():
            answers.append(once("a"))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False] * 7 + [True]
