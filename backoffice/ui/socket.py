"""The one WebSocket consumer: who may watch what; frames come by the hub.

The browser says {"op": "subscribe" | "unsubscribe", "topics": [...]}; it is told frames, nudges,
{"op": "denied", "topic"} and {"op": "status", "live": "up" | "down"}.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from typing import Any

import orjson
import structlog
from channels.consumer import AsyncConsumer
from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.db import DatabaseError
from django.utils.crypto import constant_time_compare
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.models import Device

from backoffice.core import clock
from backoffice.edge.client_address import socket_address
from backoffice.ui.hub import hub
from backoffice.ui.watcher import CLOSE_SIGNED_OUT, Watcher

SINCE = "signed_in_at"  # where identity's threshold keeps it, in seconds since 1970
MOST_TOPICS = 500
LONGEST_MESSAGE = 64 * 1024

#: Is told of a refusal: who, from where, what was asked for.
Refused = Callable[[Any, str, str], None]
#: From a kind of topic to the question: which of these keys may this user watch?
Permit = Callable[[Any, Collection[int]], Collection[int]]
Permits = Mapping[str, Permit]

log = structlog.get_logger(__name__)


class LiveSocket(AsyncConsumer):
    """One browser tab. Built with the registry of topics (backoffice/routing.py), and with who is
    told of a refusal.
    """

    channel_layer_alias = None  # the hub listens to the channel layer, once for all sockets

    def __init__(self, permits: Permits, refused: Refused) -> None:
        self.permits: Permits = {"user": _own, **permits}
        self.refused = refused
        self.address = ""
        self.watcher: Watcher | None = None
        self.pump: asyncio.Task[None] | None = None

    async def websocket_connect(self, message: Mapping[str, Any]) -> None:
        """Let in staff whose second factor was verified, from where their roles admit."""
        session_key = getattr(self.scope.get("session"), "session_key", None) or ""
        self.address = socket_address(self.scope)
        asked = self.scope.get("user")
        user = await _staff(asked, session_key, self.address)
        if user is None:
            await self._tell_refused(asked, "")
            await self.base_send({"type": "websocket.close", "code": CLOSE_SIGNED_OUT})
            raise StopConsumer
        await self.base_send({"type": "websocket.accept"})
        watcher = Watcher(
            user_pk=user.pk, session_key=session_key, address=self.address, send=self.base_send
        )
        self.watcher, self.pump = watcher, asyncio.create_task(watcher.pump())
        hub().join(watcher, self.check)

    async def websocket_receive(self, message: Mapping[str, Any]) -> None:
        """Do what the browser asks; what is no question of ours is passed over."""
        text = message.get("text") or ""
        if self.watcher is None or len(text) > LONGEST_MESSAGE:
            return
        try:
            asked = orjson.loads(text)
        except orjson.JSONDecodeError:
            return
        topics = asked.get("topics") if isinstance(asked, dict) else None
        if not isinstance(topics, list):
            return
        wanted = {topic for topic in topics if isinstance(topic, str)}
        if asked.get("op") == "subscribe":
            await self._subscribe(self.watcher, wanted)
        elif asked.get("op") == "unsubscribe":
            hub().unwatch(self.watcher, wanted & self.watcher.topics)

    async def websocket_disconnect(self, message: Mapping[str, Any]) -> None:
        """Forget the socket."""
        if self.pump is not None:
            self.pump.cancel()
        if self.watcher is not None:
            await hub().leave(self.watcher)
        raise StopConsumer

    async def check(self, watcher: Watcher) -> None:
        """Close the socket, or take topics away, when rights were lost meanwhile."""
        try:
            user = await _fresh(watcher)
            allowed = (
                set() if user is None else await _permitted(self.permits, user, watcher.topics)
            )
        except DatabaseError as reason:
            log.warning("socket_not_checked", reason=str(reason))
            return
        if user is None:
            watcher.close(CLOSE_SIGNED_OUT)
            return
        self._deny(watcher, watcher.topics - allowed)
        hub().unwatch(watcher, watcher.topics - allowed)

    async def _subscribe(self, watcher: Watcher, wanted: set[str]) -> None:
        new = set(sorted(wanted - watcher.topics)[: MOST_TOPICS - len(watcher.topics)])
        user = await _fresh(watcher)
        if user is None:
            watcher.close(CLOSE_SIGNED_OUT)
            return
        allowed = await _permitted(self.permits, user, new)
        denied = wanted - watcher.topics - allowed
        if denied:
            await self._tell_refused(user, " ".join(sorted(denied)))
        self._deny(watcher, denied)
        await hub().watch(watcher, allowed)

    async def _tell_refused(self, user: Any, topics: str) -> None:
        """Tell the log that somebody of the staff was refused; strangers are nobody to tell of."""
        if user is not None and user.is_authenticated and user.kind == "staff":
            await database_sync_to_async(self.refused)(user, self.address, topics)

    @staticmethod
    def _deny(watcher: Watcher, topics: set[str]) -> None:
        for topic in sorted(topics)[:MOST_TOPICS]:
            text = orjson.dumps({"op": "denied", "topic": topic}).decode()
            watcher.offer(f"{topic} denied", text)


def _own(user: Any, keys: Collection[int]) -> Collection[int]:
    """Everybody may watch what is for their own eyes."""
    return {user.pk} & set(keys)


@database_sync_to_async
def _permitted(permits: Permits, user: Any, topics: Collection[str]) -> set[str]:
    """Return those of the topics that the user may watch; one question a kind."""
    by_kind: defaultdict[str, set[int]] = defaultdict(set)
    for topic in topics:
        kind, _, key = topic.partition(":")
        if kind in permits and key.isascii() and key.isdecimal() and len(key) < 19:
            by_kind[kind].add(int(key))
    return {
        f"{kind}:{key}" for kind, keys in by_kind.items() for key in permits[kind](user, keys)
    } & set(topics)


@database_sync_to_async
def _staff(user: Any, session_key: str, address: str) -> Any:
    """Return the user of the handshake: active staff whose second factor was verified, or None."""
    if user is None or not user.is_authenticated:
        return None
    return _user_in(user.pk, session_key, address)


@database_sync_to_async
def _fresh(watcher: Watcher) -> Any:
    """Return the user as the database has them now; None when they may no longer be here."""
    return _user_in(watcher.user_pk, watcher.session_key, watcher.address)


def _user_in(user_pk: int, session_key: str, address: str) -> Any:
    """Return the staff user of a living session whose second factor was verified, else None.

    Also None when the session is as old as one may be, or a role lets nobody in from this address.
    """
    if not session_key:
        return None
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    device_id = session.get(DEVICE_ID_SESSION_KEY)
    device = Device.from_persistent_id(device_id) if device_id else None
    if device is None or device.user_id != user_pk or not device.confirmed:
        return None
    users = get_user_model()._default_manager  # its name is banned at doors, and this is one
    user: Any = users.filter(pk=user_pk, kind="staff", is_active=True).first()
    if user is None or session.get(SESSION_KEY) != str(user_pk):
        return None
    age = clock.now().timestamp() - session.get(SINCE, 0)
    if age > settings.SESSION_SECONDS or not user.may_come_from(address):
        return None
    # The session dies with the password it was opened with.
    proof = session.get(HASH_SESSION_KEY, "")
    return user if constant_time_compare(proof, user.get_session_auth_hash()) else None
