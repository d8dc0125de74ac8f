"""Work: one reaction to one event, until it is done."""

from django.db import models

from backoffice.core.models.event import EventRecord


class WorkState(models.TextChoices):
    """Where a piece of work stands; STUCK waits for a person."""

    WAITING = "WAITING"
    DONE = "DONE"
    STUCK = "STUCK"


class Work(models.Model):
    """A row per reaction, written with its event; a worker takes it under a lease."""

    event = models.ForeignKey(  # `once_per_event` is its index
        EventRecord, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reaction = models.TextField()
    state = models.CharField(max_length=8, choices=WorkState, default=WorkState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    run_after = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="", blank=True)

    class Meta:
        db_table = "core_work"
        constraints = [
            models.UniqueConstraint(fields=["event", "reaction"], name="core_work_once_per_event"),
            models.CheckConstraint(
                name="core_work_state_known", condition=models.Q(state__in=WorkState.values)
            ),
        ]
        indexes = [
            models.Index(
                fields=["run_after", "id"],
                name="core_work_due",
                condition=models.Q(state=WorkState.WAITING),
            ),
            models.Index(
                fields=["id"],
                name="core_work_stuck",
                condition=models.Q(state=WorkState.STUCK),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reaction} for event {self.event_id}"
