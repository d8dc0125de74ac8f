"""The house's time and state: what a caller compares its clock with before it signs."""

from typing import Any

from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from backoffice.core import clock
from backoffice.ui.rest.fields import MomentField, Shown
from backoffice.ui.rest.schema import DoorSchema


class TimeShown(Shown):
    """This moment, as text and as whole seconds since 1970 (what `created` is compared with)."""

    now = MomentField()
    unix = serializers.IntegerField(read_only=True)
    version = serializers.CharField(read_only=True)


class Time(APIView):
    """What time it is here. Open to everybody: a clock has to be right before it can sign."""

    open_to_strangers = True
    for_machines = True
    permission = None
    shows = TimeShown
    answers = 200
    authentication_classes = ()
    permission_classes = ()
    schema = DoorSchema()

    def get(self, request: HttpRequest) -> Response:
        """Answer with it; nothing is asked of anybody."""
        now = clock.now()
        told: Any = {"now": now, "unix": int(now.timestamp()), "version": "v1"}
        return Response(TimeShown(told).data)
