"""What a machine asks about accounts: to open one, to make a password anew; what became of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404

from backoffice.ui.rest.doors import ActDoor, ReadDoor
from crm.queries import known
from trading.actions.ordering import asking, carrying, opening
from trading.api.serializers import CarriedShown, CommandShown, OpeningTaken, PasswordTaken
from trading.permissions import OPEN_ACCOUNTS, RESET_PASSWORDS, VIEW_ACCOUNTS
from trading.queries import trading_accounts
from trading.queries.ordering import commands
from trading.states import AccountVerb


class ReadCommand(ReadDoor):
    """What became of a command about an account."""

    permission = VIEW_ACCOUNTS
    shows = CommandShown

    def read(self, pk: int) -> Any:
        """Return it, or 404."""
        return commands.get_command_for(self.user, pk)


class CarryDoor(ActDoor):
    """An act that MetaTrader carries out; its passwords are in the first answer only."""

    shows = CarriedShown
    secret = "passwords"  # noqa: S105 - the name of a field
    in_one = False

    def carried(self, command: Any) -> Any:
        """Carry a command out and return what is shown: its state says what became of it."""
        done = carrying.carry(command_id=command.pk, actor=self.user.actor, now=self.now)
        shown: Any = commands.whole(done.command.pk)
        shown.passwords = done.secrets if done.secrets.main or done.secrets.investor else None
        return shown


class OpenAccount(CarryDoor):
    """Opens a trading account for a client, of a type of their catalogue."""

    permission = OPEN_ACCOUNTS
    takes = OpeningTaken

    def act(self, data: Mapping[str, Any], operation: UUID, client_id: int) -> Any:
        """Ask for it and carry it out."""
        if not known.is_in_reach(self.user, OPEN_ACCOUNTS, client_id):
            raise Http404
        wish = opening.NewAccountWish(
            key=operation,
            account_type_id=data["account_type"],
            leverage=data["leverage"],
            reason=data["reason"],
        )
        told = {"client_id": client_id, "actor": self.user.actor, "now": self.now}
        return self.carried(opening.ask_for_account(wish=wish, **told))


class ResetPassword(CarryDoor):
    """Makes the main or the investor password of an account anew."""

    permission = RESET_PASSWORDS
    takes = PasswordTaken

    def act(self, data: Mapping[str, Any], operation: UUID, pk: int) -> Any:
        """Ask for it and carry it out."""
        trading_accounts.require_in_reach(self.user, pk, RESET_PASSWORDS)
        verb = AccountVerb.INVESTOR if data["investor"] else AccountVerb.PASSWORD
        wish = asking.Wish(key=operation, verb=verb, reason=data["reason"])
        told = {"account_id": pk, "actor": self.user.actor, "now": self.now}
        return self.carried(asking.ask(wish=wish, **told))
