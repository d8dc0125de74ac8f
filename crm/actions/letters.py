"""Letters to clients: written once for each piece of news, kept word for word, then sent.

Two steps, each a transaction: what is written is kept even while no mail server answers, and a
letter that is sent again after a crash carries the same Message-ID.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from backoffice.company.queries import letters as templates
from backoffice.core import locks, outbox
from backoffice.core.actors import Actor
from backoffice.core.errors import Later
from backoffice.core.events import Event
from crm.calc.wording import filled, one_line
from crm.events import LetterNotSent, LetterSent, LetterWritten
from crm.models import Client, ClientLetter

HOUSE_LANGUAGE = templates.FALLBACK_LANGUAGE
BUSY_MS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is to be written. `key` names the news: the same news is written once.

    `subject` and `body` are the house's own words, untranslated; a text of the broker's under
    `code` goes before them. `told` says what fills the blanks, asked in the client's language and
    time zone. `about` is the record that the letter is about.
    """

    client_id: int
    key: str
    code: str
    about: tuple[str, int | str]
    subject: str
    body: str
    told: Callable[[], Mapping[str, str]]


@transaction.atomic
def write_letter(*, draft: Draft, actor: Actor, now: datetime) -> ClientLetter:
    """Write a letter in the client's language, and keep it; it is sent by the reaction to that."""
    locks.advisory(f"crm.letter.{draft.key}", timeout_ms=BUSY_MS)
    known = ClientLetter.objects.filter(key=draft.key).first()
    if known is not None:
        return known
    client = Client.objects.select_related("legal_entity", "brand").get(pk=draft.client_id)
    letter = _worded(draft, client, now)
    letter.save()
    told = LetterWritten(letter_id=letter.pk, client_id=client.pk, code=letter.code)
    outbox.emit(told, actor=actor, subjects=[("letter", letter.pk)], now=now)
    return letter


@transaction.atomic
def send_letter(*, letter_id: int, actor: Actor, now: datetime) -> None:
    """Send a letter that was written, once. Later when the mail server takes nothing now."""
    rows = ClientLetter.objects.filter(pk=letter_id, sent_at=None, not_sent_because="")
    letter = locks.rows(rows).first()
    if letter is None:
        return
    letter.address = Client.objects.values_list("email", flat=True).get(pk=letter.client_id)
    letter.not_sent_because = _post(letter)
    letter.sent_at = None if letter.not_sent_because else max(now, letter.written_at)
    letter.save()
    outbox.emit(
        _news(letter),
        actor=actor,
        subjects=[
            ("letter", letter.pk),
            ("client", letter.client_id),
            (letter.about_kind, letter.about_key),
        ],
        now=now,
    )


def language_of(client: Client) -> str:
    """Return the language in which the house's own words are told to this client."""
    return client.language if client.language in dict(settings.LANGUAGES) else HOUSE_LANGUAGE


def _worded(draft: Draft, client: Client, now: datetime) -> ClientLetter:
    template = templates.letter_for(
        draft.code,
        legal_entity_id=client.legal_entity_id,
        brand_id=client.brand_id,
        language=client.language or HOUSE_LANGUAGE,
    )
    language, zone = language_of(client), ZoneInfo(client.timezone or "UTC")
    with translation.override(language), timezone.override(zone):
        told = {"client": client.full_name, "house": _house(client), **draft.told()}
        subject = template.subject if template else _(draft.subject)
        body = template.body if template else _(draft.body)
    return ClientLetter(
        client=client,
        key=draft.key,
        code=draft.code,
        about_kind=draft.about[0],
        about_key=str(draft.about[1]),
        language=template.language if template else language,
        version=template.version if template else None,
        subject=one_line(filled(subject, told)),
        body=filled(body, told),
        written_at=now,
    )


def _house(client: Client) -> str:
    return client.brand.name if client.brand is not None else client.legal_entity.name


def _post(letter: ClientLetter) -> str:
    """Hand it to the mail server; return why it goes nowhere, or nothing."""
    if not letter.address:
        return _("no e-mail address")
    name = {"Message-ID": f"<letter-{letter.pk}@{urlsplit(settings.SITE_URL).hostname}>"}
    try:
        EmailMessage(letter.subject, letter.body, to=[letter.address], headers=name).send()
    except SMTPRecipientsRefused:
        return _("the mail server refused the address")
    except (SMTPException, OSError) as silence:
        raise Later(_("The mail server takes no letter now.")) from silence
    return ""


def _news(letter: ClientLetter) -> Event:
    told: dict[str, Any] = {
        "letter_id": letter.pk,
        "client_id": letter.client_id,
        "code": letter.code,
        "words": letter.subject,
    }
    if letter.not_sent_because:
        return LetterNotSent(**told, reason=letter.not_sent_because)
    return LetterSent(**told)
