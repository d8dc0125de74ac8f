"""One Redis, several numbered databases: 0 is the broker, the channel layer and the live frames,
1 the cache. Losing all of them loses nothing that matters.
"""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from backoffice.settings.env import env


def database(number: int) -> str:
    """Return the address of this numbered database, as the redis package reads it."""
    url = urlsplit(env.redis_url)
    query = dict(parse_qsl(url.query))
    if url.scheme == "unix":
        return f"unix://{url.path}?" + urlencode({**query, "db": number})
    return urlunsplit((url.scheme, url.netloc, f"/{number}", urlencode(query), ""))


def broker() -> str:
    """Return the address of database 0, as Celery reads it."""
    url = urlsplit(env.redis_url)
    if url.scheme == "unix":
        return f"redis+socket://{url.path}?virtual_host=0"
    return database(0)
