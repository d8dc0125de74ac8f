"""What may be excluded from figures and campaigns."""

from enum import StrEnum

from backoffice.core.words import noop


class SubjectKind(StrEnum):
    """The kinds of things that the exclusion list can name."""

    CLIENT = "client"
    ACCOUNT = "account"
    GROUP = "group"
    EMAIL_DOMAIN = "email_domain"


SUBJECT_KIND_LABELS: dict[SubjectKind, str] = {
    SubjectKind.CLIENT: noop("Client"),
    SubjectKind.ACCOUNT: noop("Trading account"),
    SubjectKind.GROUP: noop("Group"),
    SubjectKind.EMAIL_DOMAIN: noop("E-mail domain"),
}
