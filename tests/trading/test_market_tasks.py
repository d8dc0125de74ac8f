"""The market's clockwork: one task a server, and lines in the schedule."""

from typing import Any

import pytest
from django.conf import settings

from backoffice.celery import app
from tests.factories.servers import a_server
from trading import tasks
from trading.models import Server


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("every", "one"),
    [
        ("sync_all", "sync_server"),
        ("compare_all", "compare_server"),
        ("verify_all", "verify_server"),
    ],
)
def test_every_active_server_has_its_own_turn(
    every: str, one: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inactive ones have none; a turn that was not taken in time is not taken at all."""
    asked: list[Any] = []
    turn = getattr(tasks, one)
    monkeypatch.setattr(turn, "apply_async", lambda args, expires: asked.append((args, expires)))
    servers = [a_server(f"demo-{number}") for number in range(3)]
    Server.objects.filter(pk=servers[1].pk).update(is_active=False)
    getattr(tasks, every)()
    assert [args for args, _ in asked] == [(servers[0].pk,), (servers[2].pk,)]
    assert {expires for _, expires in asked} <= {15, 300, 3600}
    assert turn.time_limit is not None
    assert turn.soft_time_limit < turn.time_limit


def test_the_schedule_names_tasks_that_are_there() -> None:
    """Every fifteen seconds what changed, every five minutes everything."""
    app.loader.import_default_modules()
    lines = settings.CELERY_BEAT_SCHEDULE
    assert lines["trading-sync"]["task"] == tasks.sync_all.name
    assert lines["trading-compare"]["task"] == tasks.compare_all.name
    assert (
        lines["trading-sync"]["schedule"].total_seconds(),
        lines["trading-compare"]["schedule"].total_seconds(),
    ) == (15, 300)
    assert lines["trading-verify"]["task"] == tasks.verify_all.name
    assert {line["task"] for line in lines.values()} <= set(app.tasks)
