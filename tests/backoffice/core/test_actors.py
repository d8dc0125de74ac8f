"""Actors are one value that survives as text."""

import pytest

from backoffice.core.actors import Actor


@pytest.mark.parametrize(
    ("actor", "text"),
    [
        (Actor.staff(42), "staff:42"),
        (Actor.client(7), "client:7"),
        (Actor.machine(1), "machine:1"),
        (Actor.system("sync"), "system:sync"),
    ],
)
def test_an_actor_comes_back_from_its_text(actor, text):
    assert str(actor) == text
    assert Actor.parse(text) == actor


@pytest.mark.parametrize(
    "text", ["", "staff", "staff:", "staff:bob", "robot:1", "system:a b", "system:a:b", "client:-1"]
)
def test_other_text_is_no_actor(text):
    with pytest.raises(ValueError, match=r".+"):
        Actor.parse(text)
