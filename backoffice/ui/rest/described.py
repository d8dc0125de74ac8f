"""The whole description of /api/v1/, generated once from its doors."""

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

URLS = "backoffice.api"
SIGNATURE = {
    "type": "apiKey",
    "in": "header",
    "name": "Signature",
    "description": "RFC 9421 with Content-Digest (RFC 9530): docs/how-to/call-the-api.md",
}
TOKEN = {"type": "http", "scheme": "bearer", "description": "Reads only"}


@cache
def description() -> dict[str, Any]:
    """Return the OpenAPI document."""
    told: dict[str, Any] = SchemaGenerator(urlconf=URLS).get_schema(request=None, public=True)
    told["servers"] = [{"url": "/api/v1"}]
    told.setdefault("components", {})["securitySchemes"] = {"signature": SIGNATURE, "token": TOKEN}
    return told
