"""What is missing around a process is said in one sentence, with its remedy."""

import pytest
from django.conf import settings
from django.core.management import call_command

from backoffice.core.runtime import environment


@pytest.fixture
def database(fresh_database):
    return {**settings.DATABASES["default"], **_place(fresh_database)}


def _place(database):
    host = str(database.cluster.sockets)
    return {"NAME": database.name, "USER": "mt4bo_app", "HOST": host, "PORT": "", "PASSWORD": ""}


def test_nothing_to_say_when_all_is_well(database, redis_server):
    assert list(environment.faults(database, redis_server.url)) == []


@pytest.mark.parametrize(
    "change", [{"HOST": "/nowhere"}, {"NAME": "absent"}, {"USER": "nobody_known"}]
)
def test_a_database_that_does_not_answer(database, redis_server, change):
    (sentence,) = environment.faults({**database, **change}, redis_server.url)
    assert sentence.startswith("The database does not answer as ")
    assert sentence.endswith("start PostgreSQL or set DATABASE_URL right.")
    assert "\n" not in sentence


def test_a_database_that_was_never_migrated(database, redis_server):
    (sentence,) = environment.faults({**database, "NAME": "postgres"}, redis_server.url)
    assert "has no table core_event: run manage.py provision_database" in sentence


def test_a_redis_that_does_not_answer(database):
    (sentence,) = environment.faults(database, "unix:///nowhere/redis")
    assert sentence.startswith("Redis does not answer: ")
    assert sentence.endswith("start it or set REDIS_URL right.")


def test_a_pool_is_no_obstacle(database, redis_server):
    options = {**database["OPTIONS"], "pool": {"min_size": 1}}
    assert list(environment.faults({**database, "OPTIONS": options}, redis_server.url)) == []


def test_the_command_says_it_and_ends_with_2(monkeypatch, capsys):
    monkeypatch.setattr(environment, "faults", lambda *args: ["One is missing.", "So is two."])
    with pytest.raises(SystemExit) as ending:
        call_command("check_environment")
    assert ending.value.code == 2
    assert capsys.readouterr().err == "One is missing.\nSo is two.\n"
    monkeypatch.setattr(environment, "faults", lambda *args: [])
    call_command("check_environment")
    assert capsys.readouterr().err == ""
