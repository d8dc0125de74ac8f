"""Who asks: KYC, what they share with others, changed contacts, risk flags: 7, 11, 17, 19."""

from datetime import datetime, timedelta

from accounts.calc.checks.facts import Answer, Facts, answer
from accounts.states import Verdict
from backoffice.core.words import noop

NO_CLIENT = noop("The client was not looked up")
MOMENT = "%Y-%m-%d %H:%M UTC"


def check_kyc(facts: Facts) -> Answer:
    """7: the client's KYC level is the one that the policy asks for before money leaves."""
    if facts.client is None:
        return _unknown(7)
    level, wanted = facts.client.kyc_level, facts.limits.kyc_level
    told = {"level": str(level), "wanted": "" if wanted is None else str(wanted)}
    if wanted is not None and level < wanted:
        verdict, sentence = Verdict.RED, noop("KYC level {level}, the policy asks for {wanted}")
    elif not level:
        verdict, sentence = Verdict.AMBER, noop("KYC level 0: nobody has seen a document")
    else:
        verdict, sentence = Verdict.GREEN, noop("KYC level {level}")
    return answer(7, verdict, sentence, told, binding=(verdict, told["level"]))


def check_shared(facts: Facts) -> Answer:
    """11: no card, phone or address is another client's too."""
    client = facts.client
    if client is None:
        return _unknown(11)
    shared = {
        "cards": client.same_card,
        "phones": client.same_phone,
        "emails": client.same_email,
    }
    told = {name: str(count) for name, count in shared.items()}
    if any(shared.values()):
        sentence = noop("Shared with other clients: card {cards}, phone {phones}, e-mail {emails}")
        return answer(11, Verdict.RED, sentence, told, binding=(Verdict.RED, *told.values()))
    return answer(11, Verdict.GREEN, noop("Nothing shared"), told, binding=(Verdict.GREEN,))


def check_cool_off(facts: Facts) -> Answer:
    """17: contacts and requisite have been the same for long enough that a thief would be found."""
    client, limits = facts.client, facts.limits
    if client is None:
        return _unknown(17)
    contact = _until(client.contact_changed_at, limits.cool_off_hours)
    named_at = facts.requisite.first_named_at or facts.now
    requisite = _until(named_at, limits.requisite_hours)
    told = {
        "contact": _moment(client.contact_changed_at),
        "contact_until": _moment(contact),
        "requisite": _moment(facts.requisite.first_named_at),
        "requisite_until": _moment(requisite),
    }
    if contact is not None and facts.now < contact:
        verdict = Verdict.RED
        sentence = noop("E-mail or phone changed {contact}: cooling off until {contact_until}")
    elif requisite is not None and facts.now < requisite:
        verdict = Verdict.RED
        sentence = noop("A new requisite: cooling off until {requisite_until}")
    elif client.contact_changed_at is None:
        verdict, sentence = Verdict.GREEN, noop("E-mail and phone never changed")
    else:
        verdict, sentence = Verdict.GREEN, noop("E-mail and phone unchanged since {contact}")
    return answer(17, verdict, sentence, told, binding=(verdict, told["contact"]))


def check_flags(facts: Facts) -> Answer:
    """19: nobody has put a mark of risk on the client."""
    if facts.client is None:
        return _unknown(19)
    marks = sorted(set(facts.client.tags) & facts.limits.risk_tags)
    told = {"marks": ", ".join(marks)}
    if marks:
        return answer(19, Verdict.RED, noop("Marked: {marks}"), told, binding=tuple(marks))
    return answer(19, Verdict.GREEN, noop("No mark of risk"), told, binding=())


def _unknown(number: int) -> Answer:
    return Answer(number=number, verdict=Verdict.UNKNOWN, sentence=NO_CLIENT, facts={})


def _until(since: datetime | None, hours: int) -> datetime | None:
    return None if since is None or not hours else since + timedelta(hours=hours)


def _moment(at: datetime | None) -> str:
    return "" if at is None else at.strftime(MOMENT)
