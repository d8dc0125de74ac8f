"""The socket as a browser meets it: who gets in, what may be watched, how one is put out."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
import redis
from asgiref.testing import ApplicationCommunicator
from channels.layers import channel_layers
from django.conf import settings as conf
from django.test import Client as Browser

from backoffice import routing
from backoffice.core import clock, live
from backoffice.core.models import EventRecord
from backoffice.identity.models import User
from backoffice.ui import hub as hubs
from tests.cluster import Database
from tests.factories.accounts.roles import a_changed_role
from tests.factories.market import NOON
from tests.factories.people import a_browser, a_client, a_desk, a_legal_entity, a_staff_user
from tests.factories.servers import ACTOR, a_server, some_owners
from trading.actions import trading_accounts

HERE = (b"origin", b"http://127.0.0.1:8000")


@dataclass
class Scene:
    """An agent of the sales desk with one client of their own, and a stranger's client."""

    user: User
    browser: Browser
    mine: int
    foreign: int
    unbound: int
    my_client: int
    foreign_client: int
    redis: redis.Redis


@pytest.fixture
def scene(fresh_database: Database, redis_server: Any) -> Any:
    """Two clients with an account each, and one account of nobody."""
    entity = a_legal_entity()
    desk = a_desk(entity)
    user = a_staff_user("sales_agent", desk=desk, entity=entity)
    server = a_server()
    owners = some_owners(server, 1, 2, 3)
    my_client = a_client("Ada Example", entity=entity, desk=desk, owner=user)
    foreign = a_client("Bob Example", entity=entity)
    for login, person in ((1, my_client), (2, foreign)):
        trading_accounts.bind_account(
            account_id=owners[login].account_id, client_id=person.pk, actor=ACTOR, now=NOON
        )
    with redis.Redis(unix_socket_path=str(redis_server.socket)) as connection:
        yield Scene(
            user,
            a_browser(user, at=clock.now()),
            owners[1].account_id,
            owners[2].account_id,
            owners[3].account_id,
            my_client.pk,
            foreign.pk,
            connection,
        )


class Socket(ApplicationCommunicator):
    """A browser's socket against the application itself (the library's own needs a web server)."""

    async def connect(self) -> bool:
        """Knock; return whether we were let in."""
        await self.send_input({"type": "websocket.connect"})
        return bool((await self.receive_output(10))["type"] == "websocket.accept")

    async def say(self, text: str) -> None:
        """Send a text."""
        await self.send_input({"type": "websocket.receive", "text": text})

    async def told(self) -> Any:
        """Return the next message, decoded."""
        message = await self.receive_output(10)
        assert message["type"] == "websocket.send", message
        return orjson.loads(message["text"])

    async def put_out(self) -> int:
        """Return the code with which the socket was closed."""
        message = await self.receive_output(10)
        assert message["type"] == "websocket.close", message
        return int(message["code"])

    async def leave(self) -> None:
        """Close the tab."""
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(10)


def knock(
    browser: Browser | None, *, origin: tuple[bytes, bytes] = HERE, client: str = "127.0.0.1"
) -> Socket:
    """Return a socket of the browser, not yet connected."""
    headers = [origin, (b"host", b"127.0.0.1:8001")]
    if browser is not None:
        cookie = browser.cookies[conf.SESSION_COOKIE_NAME].value
        headers.append((b"cookie", f"{conf.SESSION_COOKIE_NAME}={cookie}".encode()))
    scope = {"type": "websocket", "path": "/ws/", "headers": headers, "query_string": b""}
    scope["client"] = (client, 50_000)
    return Socket(routing.application, scope)


async def opened(browser: Browser) -> Socket:
    """Return a connected socket that was told that live numbers flow."""
    socket = knock(browser)
    assert await socket.connect()
    assert await socket.told() == {"op": "status", "live": "up"}
    return socket


async def ask(socket: Socket, op: str, *topics: Any) -> None:
    """Send a request."""
    await socket.say(orjson.dumps({"op": op, "topics": topics}).decode())


def play(story: Callable[[], Awaitable[None]]) -> None:
    """Run a story; forget the channel layer's connections of its loop."""

    async def whole() -> None:
        try:
            await story()
        finally:
            for layer in channel_layers.backends.values():
                await layer.flush()
            channel_layers.backends = {}

    asyncio.run(whole())


def test_denies_what_is_out_of_reach(scene: Scene) -> None:
    """One's own client's account is watched; others, nobody's, nonsense are denied alike."""
    topics = [
        live.account(scene.mine),
        live.account(scene.foreign),
        live.account(scene.unbound),
        live.client(scene.my_client),
        live.client(scene.foreign_client),
        live.user(scene.user.pk),
        live.user(scene.user.pk + 1),
        "account:999999",
        "account:-1",
        "account:١",
        "nothing:1",
        "exposure",
    ]
    allowed = {topics[0], topics[3], topics[5]}

    async def story() -> None:
        socket = await opened(scene.browser)
        await ask(socket, "subscribe", *topics, 7, None)
        denied = {(await socket.told())["topic"] for _ in range(len(topics) - len(allowed))}
        assert denied == set(topics) - allowed
        assert await socket.receive_nothing()
        for topic in topics:
            await watched_or_not(scene, topic, topic in allowed)
        await socket.leave()

    play(story)


async def watched_or_not(scene: Scene, topic: str, expected: bool) -> None:
    """Assert that the topic's channel has one subscription, or none."""
    async with asyncio.timeout(10):
        while True:
            ((_, number),) = scene.redis.pubsub_numsub(live.channel(topic))
            if number == int(expected):
                return
            await asyncio.sleep(0.02)


def listeners(scene: Scene) -> int:
    """How many hubs listen for revocations."""
    ((_, number),) = scene.redis.pubsub_numsub(f"mt4bo__group__{live.REVOCATIONS}")
    return int(number)


def told_refused() -> list[tuple[str, str]]:
    """What the log says that the socket refused: method and what was asked for."""
    rows = EventRecord.objects.filter(name="audit.door.refused").order_by("id")
    fields = [row.told()["fields"] for row in rows]
    return [(one["method"], one["path"]) for one in fields if one["door"] == "socket"]


def test_a_topic_that_is_denied_is_told(scene: Scene) -> None:
    topic = live.account(scene.foreign)

    async def story() -> None:
        socket = await opened(scene.browser)
        await ask(socket, "subscribe", topic, live.account(scene.mine))
        assert (await socket.told())["op"] == "denied"
        await socket.leave()

    play(story)
    assert told_refused() == [("SUBSCRIBE", topic)]
    assert EventRecord.objects.latest("id").told()["actor"] == str(scene.user.actor)


def test_a_session_as_old_as_one_may_be_opens_no_socket(scene: Scene) -> None:
    session = scene.browser.session
    session["signed_in_at"] -= conf.SESSION_SECONDS + 1
    session.save()
    refused(knock(scene.browser))


def test_a_role_lets_sockets_in_from_its_networks_only(scene: Scene) -> None:
    """At the handshake, and on a line that stands when its next question comes."""
    a_changed_role("sales_agent", networks=["192.0.2.0/24"])
    refused(knock(scene.browser, client="203.0.113.7"))
    assert told_refused() == [("CONNECT", "/ws/")]
    assert EventRecord.objects.latest("id").told()["origin"]["address"] == "203.0.113.7"

    async def story() -> None:
        socket = knock(scene.browser, client="192.0.2.9")
        assert await socket.connect()
        assert await socket.told() == {"op": "status", "live": "up"}
        await asyncio.to_thread(a_changed_role, "sales_agent", networks=["198.51.100.0/24"])
        await ask(socket, "subscribe", live.account(scene.mine))
        assert await socket.put_out() == 4401

    play(story)


def test_frames_flow_until_unsubscribed(scene: Scene) -> None:
    """The kept frame at once, published ones as they come, none after the end."""
    topic = live.account(scene.mine)
    name, key = live.shelf(topic)
    scene.redis.hset(name, key, orjson.dumps({"topic": topic, "seq": 1}))

    async def story() -> None:
        socket = await opened(scene.browser)
        await ask(socket, "subscribe", topic)
        assert await socket.told() == {"topic": topic, "seq": 1}
        await watched_or_not(scene, topic, True)
        assert await asyncio.to_thread(live.publish, {topic: b'{"seq":2}'})
        assert await socket.told() == {"seq": 2}
        await ask(socket, "unsubscribe", topic, "account:5")
        await watched_or_not(scene, topic, False)
        await socket.leave()

    play(story)


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"op":"subscribe"}', '{"topics":[1]}'])
def test_nonsense_changes_nothing(scene: Scene, text: str) -> None:
    """The socket stays, silent."""

    async def story() -> None:
        socket = await opened(scene.browser)
        await socket.say(text)
        assert await socket.receive_nothing()
        await ask(socket, "subscribe", live.user(scene.user.pk))
        await watched_or_not(scene, live.user(scene.user.pk), True)
        await socket.leave()

    play(story)


def refused(socket: Socket) -> None:
    """Assert that a socket is not let in."""

    async def story() -> None:
        assert not await socket.connect()

    play(story)


def test_a_stranger_is_refused(scene: Scene) -> None:
    """Without a session there is nothing."""
    refused(knock(None))


def test_another_origin_is_refused(scene: Scene) -> None:
    """A foreign page cannot use the browser's session."""
    refused(knock(scene.browser, origin=(b"origin", b"https://elsewhere.example")))


def test_a_password_alone_is_refused(scene: Scene) -> None:
    """The second factor counts for sockets too."""
    session = scene.browser.session
    del session["otp_device_id"]
    session.save()
    refused(knock(scene.browser))


def test_a_device_of_somebody_else_is_refused(scene: Scene) -> None:
    """The device that was verified must be the user's own."""
    other = a_browser(a_staff_user("dealer"), at=clock.now())
    session = scene.browser.session
    session["otp_device_id"] = other.session["otp_device_id"]
    session.save()
    refused(knock(scene.browser))


def test_a_suspended_user_is_refused(scene: Scene) -> None:
    """Suspension holds at the door."""
    User.objects.filter(pk=scene.user.pk).update(is_active=False)
    refused(knock(scene.browser))


def test_revocation_closes_the_socket(scene: Scene) -> None:
    """live.revoke() after a commit puts out every socket of the user."""

    async def story() -> None:
        before = listeners(scene)
        socket = await opened(scene.browser)
        async with asyncio.timeout(30):  # the hub joins the group just after the first socket
            while listeners(scene) == before:
                await asyncio.sleep(0.02)
        await asyncio.to_thread(live.revoke, scene.user.pk)
        assert await socket.put_out() == 4401

    play(story)


def test_lost_rights_are_found_without_a_message(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is asked now and then; what may no longer be seen is taken away."""
    monkeypatch.setattr(hubs, "CHECK_SECONDS", 0.1)
    topic = live.account(scene.mine)

    async def story() -> None:
        socket = await opened(scene.browser)
        await ask(socket, "subscribe", topic)
        await watched_or_not(scene, topic, True)
        await asyncio.to_thread(unbind)
        assert await socket.told() == {"op": "denied", "topic": topic}
        await watched_or_not(scene, topic, False)
        await asyncio.to_thread(User.objects.filter(pk=scene.user.pk).update, is_active=False)
        assert await socket.put_out() == 4401

    def unbind() -> None:
        trading_accounts.unbind_account(
            account_id=scene.mine, reason="moved", actor=ACTOR, now=NOON
        )

    play(story)
