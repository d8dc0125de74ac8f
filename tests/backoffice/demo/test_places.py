"""A demo's folder, its secrets and its lock; ports."""

import socket
from pathlib import Path

import pytest

from backoffice.demo import places
from backoffice.demo.errors import DemoError
from backoffice.demo.places import Place


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A place below a folder of the test's own."""
    monkeypatch.setattr(places, "ROOT", tmp_path)
    monkeypatch.setattr(places, "_SYSTEM", tmp_path / "system")
    place = Place(8000)
    place.__dict__["sockets"] = tmp_path / "sockets"
    return place


def test_secrets_are_made_once_and_for_our_eyes(place: Place) -> None:
    """A second start finds the keys of the first."""
    place.make()
    first = place.secrets()
    assert place.secrets() == first
    assert len(bytes.fromhex(first["agent_key"])) == 32
    assert place.secrets_file.stat().st_mode & 0o777 == 0o600


def test_a_second_demo_on_the_same_data_is_one_sentence(place: Place) -> None:
    """And the first one goes on."""
    place.lock()
    with pytest.raises(DemoError, match=r"already runs on port 8000: .* PORT=8001"):
        Place(8000).lock()
    assert Place(8000).is_running()
    with pytest.raises(DemoError):
        Place(8000).reset()
    place.unlock()
    assert not Place(8000).is_running()


def test_reset_leaves_nothing(place: Place) -> None:
    """Neither in the checkout nor where PostgreSQL's user keeps the cluster."""
    place.make()
    (place.cluster / "PG_VERSION").touch()
    assert place.reset()
    assert not place.folder.exists()
    assert not place.cluster.exists()
    assert not place.reset()


def test_a_taken_port_is_one_sentence(place: Place) -> None:
    """The sentence offers the next one."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(DemoError, match=rf"Port {port} is taken .* PORT={port + 1}"):
            places.need_free_port("127.0.0.1", port)


def test_the_usual_port_is_used_again_while_it_is_free(place: Place) -> None:
    """Pages that stayed open find their socket after a restart."""
    place.make()
    first = place.usual_port("live_port", "127.0.0.1")
    assert place.usual_port("live_port", "127.0.0.1") == first
    with socket.create_server(("127.0.0.1", first)):
        assert place.usual_port("live_port", "127.0.0.1") != first
