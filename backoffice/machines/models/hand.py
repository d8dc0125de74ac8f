"""Whose hands an integration is: who registered, changed or armed it, or let it in again."""

from django.db import models
from django.db.models.functions import Now


class Hand(models.Model):
    """One person had a hand in one integration; for good, and only grows.

    PostgreSQL writes it with each integration, key and token; the actions, when one is changed or
    let in again. Whoever is here never decides about what that integration asks for.
    """

    id = models.BigAutoField(primary_key=True)
    machine = models.ForeignKey("identity.User", models.PROTECT, related_name="+")
    person = models.ForeignKey("identity.User", models.PROTECT, related_name="+")
    since = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["machine", "person"], name="machines_hand_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} → {self.machine_id}"
