"""What a machine learns and makes for itself: who it is, a token for a quarter of an hour."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from rest_framework import serializers

from backoffice.machines.actions import tokens
from backoffice.ui.rest.doors import ActDoor, ReadDoor
from backoffice.ui.rest.fields import MomentField, NumberField, Shown, Taken, TextField


class MeShown(Shown):
    """The machine that asks, and what this very call may do."""

    id = NumberField()
    name = TextField()
    scopes = serializers.ListField(child=serializers.CharField(), read_only=True)
    calls_a_minute = NumberField()
    calls_at_once = NumberField()


class TokenTaken(Taken):
    """Which of its scopes the token carries."""

    scopes = serializers.ListField(
        child=serializers.CharField(max_length=80), min_length=1, max_length=50
    )


class TokenShown(Shown):
    """A token; `secret` is null in every later answer."""

    token = TextField(source="token_key")
    secret = TextField(allow_null=True)
    scopes = serializers.ListField(child=serializers.CharField(), read_only=True)
    expires_at = MomentField(source="expiry")


class Me(ReadDoor):
    """Who I am, what I may do, how often."""

    permission = None
    shows = MeShown

    def read(self) -> Any:
        """Return the machine itself, with the scopes of this call."""
        me = self.caller.integration
        return {
            "id": self.user.pk,
            "name": self.user.full_name,
            "scopes": [code for code in self.user.scopes if self.user.may(code)],
            "calls_a_minute": me.per_minute,
            "calls_at_once": me.burst,
        }


class MakeToken(ActDoor):
    """Makes a token that reads for a quarter of an hour, so that not every read is signed."""

    permission = None
    takes = TokenTaken
    shows = TokenShown
    answers = 201
    secret = "secret"  # noqa: S105 - the name of a field

    def act(self, data: Mapping[str, Any], operation: UUID) -> Any:
        """Make it."""
        issued = tokens.issue(
            user_id=self.user.pk,
            label="API",
            scopes=data["scopes"],
            life=tokens.SHORT,
            actor=self.user.actor,
            now=self.now,
        )
        issued.token.secret = issued.secret
        return issued.token
