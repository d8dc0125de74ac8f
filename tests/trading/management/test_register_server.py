"""`manage.py register_server`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from trading.queries import servers

pytestmark = pytest.mark.django_db
TOLD = {"name": "Live 1", "timezone": "Asia/Nicosia", "agent_url": "http://127.0.0.1:9100"}


def test_a_server_is_registered_once() -> None:
    """The second time is one sentence, and changes nothing."""
    out = StringIO()
    call_command("register_server", "live1", **TOLD, stdout=out)
    assert out.getvalue() == "Server live1 is registered.\n"
    assert len(servers.active_server_ids()) == 1
    with pytest.raises(CommandError, match="live1 is registered"):
        call_command("register_server", "live1", **TOLD)
    assert len(servers.active_server_ids()) == 1


def test_a_zone_that_is_none_is_one_sentence() -> None:
    """Nothing is half-written."""
    with pytest.raises(CommandError, match="is no time zone"):
        call_command("register_server", "live1", **TOLD | {"timezone": "Atlantis"})
    assert servers.active_server_ids() == []
