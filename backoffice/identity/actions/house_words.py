"""Words of the house are no passwords: what everybody here would try first."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from backoffice.company.queries import entities

OURS = ("metatrader", "backoffice", "back office", "mt4")
SHORTEST = 3
NOT_A_LETTER = re.compile(r"[\W\d_]+")


class HouseWordsValidator:
    """Refuses a password that is a name of the house, its entities or brands, and little else."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError when nothing of weight is left beside such words."""
        left = password.lower()
        for word in sorted(words(), key=len, reverse=True):
            left = left.replace(word, "")
        if left != password.lower() and len(NOT_A_LETTER.sub("", left)) < SHORTEST:
            raise ValidationError(
                _("This is made of the house's own names: take words that nobody links with it."),
                code="password_of_the_house",
            )

    def get_help_text(self) -> str:
        """Say it before."""
        return _("It is not made of the house's own names.")


def words() -> set[str]:
    """Return the names of the product, the legal entities and the brands, in small letters."""
    rows: list[Any] = [*entities.list_entities(), *entities.list_brands()]
    named = {text.lower() for row in rows for text in (row.code, row.name)}
    parts = {part for text in named for part in text.split()}
    return {word for word in named | parts | set(OURS) if len(word) >= SHORTEST}
