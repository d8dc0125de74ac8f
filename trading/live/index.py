"""Where our accounts and clients stand on the boards; made anew only when something moved."""

from collections.abc import Mapping

from trading.live.source import Source

Place = tuple[int, int]  # server, login
Places = dict[int, Place]
Households = dict[int, list[Place]]


class Index:
    """From an account's key to its place, and from a client's key to all of theirs."""

    def __init__(self) -> None:
        self._version: object = None
        self._found: tuple[Places, Households] = ({}, {})

    def read(self, sources: Mapping[int, Source]) -> tuple[Places, Households]:
        """Return the places and the households as of now."""
        # The sources themselves are held, so that no other object can take their identity.
        version: list[tuple[object, ...]] = [
            (server_id, source.directory, source.board, len(source.board.logins))
            for server_id, source in sources.items()
        ]
        if not _same(version, self._version):
            self._version, self._found = version, _built(sources)
        return self._found


def _same(new: list[tuple[object, ...]], old: object) -> bool:
    if not isinstance(old, list) or len(new) != len(old):
        return False
    return all(
        one[0] == two[0] and one[1] is two[1] and one[2] is two[2] and one[3] == two[3]
        for one, two in zip(new, old, strict=True)
    )


def _built(sources: Mapping[int, Source]) -> tuple[Places, Households]:
    places: Places = {}
    households: Households = {}
    for server_id, source in sources.items():
        for login, entry in source.directory.items():
            if not source.board.knows(login):
                continue
            places[entry.account_id] = (server_id, login)
            if entry.client_id is not None:
                households.setdefault(entry.client_id, []).append((server_id, login))
    return places, households
