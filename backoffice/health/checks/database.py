"""Does PostgreSQL answer?"""

from django.db import Error, connection
from django.utils.translation import gettext as _

from backoffice.health.checks.part import DOWN, OK, Part


def check() -> Part:
    """Ask the smallest question there is."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return Part("database", _("Database"), DOWN, _("PostgreSQL does not answer."))
    return Part("database", _("Database"), OK)
