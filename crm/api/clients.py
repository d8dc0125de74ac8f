"""Clients: register one, read one, find one by what is known of them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from backoffice.ui.rest.doors import ActDoor, ListDoor, ReadDoor
from crm.actions import newcomers
from crm.actions.clients import Person
from crm.api.serializers import ClientNarrowed, ClientShown, ClientTaken
from crm.permissions import EDIT_CLIENTS, SEE_CLIENTS
from crm.queries import clients
from crm.states import ClientKind


class ReadClient(ReadDoor):
    """One client."""

    permission = SEE_CLIENTS
    shows = ClientShown

    def read(self, pk: int) -> Any:
        """Return them, or 404."""
        return clients.get_client_for(self.user, pk)

    def context(self) -> dict[str, Any]:
        """Return how far contacts may be read."""
        return {"in_full": clients.sees_contacts(self.user)}


class FindClients(ListDoor):
    """Clients in reach, all of them or those who fit a whole e-mail address, phone or number."""

    permission = SEE_CLIENTS
    shows = ClientShown
    narrows = ClientNarrowed
    order = ("-created_at", "-id")

    def rows(self, narrowed: Mapping[str, Any]) -> Any:
        """Return the clients who fit."""
        found = clients.list_clients_for(self.user).select_related("brand")
        return clients.by_key(found, **narrowed)

    def context(self) -> dict[str, Any]:
        """Return how far contacts may be read."""
        return {"in_full": clients.sees_contacts(self.user)}


class RegisterClient(ActDoor):
    """Registers somebody, unless they are known already: then 409 with their number."""

    permission = EDIT_CLIENTS
    takes = ClientTaken
    shows = ClientShown
    answers = 201

    def act(self, data: Mapping[str, Any], operation: UUID) -> Any:
        """Register them."""
        told = dict(data)
        place = newcomers.place_of(legal_entity=told.pop("legal_entity"), brand=told.pop("brand"))
        even_if_known, kind = told.pop("even_if_known"), ClientKind(told.pop("kind"))
        client = newcomers.register_newcomer(
            person=Person(**told, kind=kind),
            place=place,
            even_if_known=even_if_known,
            actor=self.user.actor,
            now=self.now,
        )
        return clients.get_whole(client.pk)
