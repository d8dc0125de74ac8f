"""Letters to clients: written once, kept word for word, sent once, in the client's language."""

from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from backoffice.company.models import LetterTemplate
from backoffice.core.errors import Later
from backoffice.core.models import EventRecord
from crm.actions import clients, forgetting, letters
from crm.models import Client, ClientLetter
from tests.crm.actions.test_forgetting import everything
from tests.factories.people import NOW, SETUP, a_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def nora() -> Client:
    """Somebody to write to."""
    return a_client("Nora Near", email="nora@example.com", language="es")


def draft(client: Client, **changes: Any) -> letters.Draft:
    known: dict[str, Any] = {
        "client_id": client.pk,
        "key": "event:1",
        "code": "withdrawal-paid",
        "about": ("payment", 5),
        "subject": "Your withdrawal $number",
        "body": "Dear $client,\n\n$amount are paid.\n\n$house",
        "told": lambda: {"number": "#5", "amount": "70.00 USD"},
    }
    return letters.Draft(**(known | changes))


def write(client: Client, **changes: Any) -> ClientLetter:
    return letters.write_letter(draft=draft(client, **changes), actor=SETUP, now=NOW)


def send(letter: ClientLetter) -> None:
    letters.send_letter(letter_id=letter.pk, actor=SETUP, now=NOW)
    letter.refresh_from_db()


def told() -> list[str]:
    names = EventRecord.objects.filter(name__startswith="crm.letter").order_by("id")
    return list(names.values_list("name", flat=True))


def test_the_same_news_is_written_and_sent_once(nora: Client) -> None:
    letter = write(nora)
    assert write(nora, body="another text") == letter
    send(letter)
    send(letter)

    (out,) = mail.outbox
    assert (out.to, out.subject) == (["nora@example.com"], "Your withdrawal #5")
    assert out.body.startswith("Dear Nora Near,\n\n70.00 USD are paid.\n\n")
    assert out.extra_headers["Message-ID"].startswith(f"<letter-{letter.pk}@")
    assert (letter.address, letter.sent_at) == ("nora@example.com", NOW)
    assert told() == ["crm.letter.written", "crm.letter.sent"]


def test_the_brokers_own_text_goes_first_and_reaches_plain_words_only(nora: Client) -> None:
    entity = nora.legal_entity
    for language, body in (
        ("en", "English"),
        ("es", "Hola $client: $amount, ${client.pk} $secret"),
    ):
        LetterTemplate.objects.create(
            legal_entity=entity,
            code="withdrawal-paid",
            language=language,
            subject="Retirada\n$number",
            body=body,
            version=3,
        )

    letter = write(nora)

    assert (letter.language, letter.version) == ("es", 3)
    assert letter.subject == "Retirada #5"
    assert letter.body == "Hola Nora Near: 70.00 USD, ${client.pk} $secret"


def test_without_an_address_it_is_kept_and_said_so(nora: Client) -> None:
    Client.objects.filter(pk=nora.pk).update(email="")
    letter = write(nora)
    send(letter)

    assert not mail.outbox
    assert (letter.sent_at, letter.not_sent_because) == (None, "no e-mail address")
    assert told()[-1] == "crm.letter.not_sent"


def test_a_mail_server_that_is_away_is_asked_again(
    nora: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = write(nora)

    def away(*_: Any) -> int:
        raise SMTPServerDisconnected

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", away)
        with pytest.raises(Later):
            send(letter)
    send(letter)

    assert len(mail.outbox) == 1
    assert letter.sent_at == NOW


def test_an_address_that_nobody_has_stops_nothing(
    nora: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any) -> int:
        raise SMTPRecipientsRefused({})

    monkeypatch.setattr(EmailBackend, "send_messages", refused)
    letter = write(nora)
    send(letter)

    assert letter.not_sent_because == "the mail server refused the address"


def test_who_is_forgotten_is_forgotten_in_letters_too(nora: Client) -> None:
    send(write(nora))
    clients.change_status(client_id=nora.pk, verb="close", reason="left", actor=SETUP, now=NOW)
    forgetting.forget_client(client_id=nora.pk, reason="asked", actor=SETUP, now=NOW)

    letter = ClientLetter.objects.get()
    assert (letter.subject, letter.body, letter.address) == ("—", "—", "")
    assert "your withdrawal #5" not in everything()
