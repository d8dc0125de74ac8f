"""Brings on what nobody is left to bring on: commands never sent, or never answered."""

from datetime import datetime

from django.utils.translation import gettext as _

from backoffice.core.actors import Actor
from trading.actions.ordering import carrying, settling
from trading.models import AccountCommand
from trading.states import PASSWORDS, AccountOrder, AccountVerb


def chase(*, command_id: int, actor: Actor, now: datetime) -> AccountCommand:
    """Bring one command on as far as it can be; Later when it is too early.

    A command with new passwords that was never sent is kept back: nobody would see them.
    """
    command = AccountCommand.objects.get(pk=command_id)
    match AccountOrder(command.state):
        case AccountOrder.READY if command.verb in (*PASSWORDS, AccountVerb.OPEN):
            words = _("Nobody was left to read the password: ask again")
            return carrying.answered(
                command_id=command_id,
                verb="keep_back",
                code=None,
                words=words,
                actor=actor,
                now=now,
            )
        case AccountOrder.READY:
            return carrying.carry(command_id=command_id, actor=actor, now=now).command
        case AccountOrder.SENDING | AccountOrder.UNCERTAIN:
            return settling.settle(command_id=command_id, actor=actor, now=now)
    return command
