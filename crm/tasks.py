"""What people's records do by themselves: carry out what two people agreed on, send letters."""

from datetime import datetime

from backoffice.core.actors import Actor
from backoffice.core.work import reacts_to
from crm.actions import contacts, kyc, letters
from crm.events import LetterWritten

POST = Actor.system("post")
contacts.register()
kyc.register()


@reacts_to(LetterWritten)
def send_letter(event: LetterWritten, *, actor: Actor, now: datetime) -> None:
    """Send it."""
    letters.send_letter(letter_id=event.letter_id, actor=POST, now=now)
