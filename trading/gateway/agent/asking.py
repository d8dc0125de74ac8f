"""Questions as calls of the direct connection, and whether the answer is about what was asked.

MetaTrader was seen to answer with the figures of another login. Such an answer is no answer: it is
written to the log once, and the asker is told that none came.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from trading.gateway.agent.engine import CodeError, Direct, LinkError
from trading.gateway.codes import CODES
from trading.gateway.words import Page

log = logging.getLogger(__name__)

_NO_RECORD = 3
_NO_LOGIN = 65


def asked(name: str, arguments: Mapping[str, Any]) -> Callable[[Direct], Any]:
    """Return the call that puts a question; CodeError and LinkError as the connection raises."""

    def ask(direct: Direct) -> Any:
        answer = getattr(direct, name)(**arguments)
        if answer is None:
            code = _NO_LOGIN if "login" in arguments else _NO_RECORD
            raise CodeError(code, f"{CODES[code].text}: there is no {_subject(arguments)}")
        for key in ("login", "ticket"):
            if arguments.get(key):  # 0 asks about all
                _require_same(key, arguments[key], answer)
        return answer

    return ask


def _subject(arguments: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in arguments.items())


def _require_same(key: str, wanted: int, answer: Any) -> None:
    """Raise LinkError if any record of the answer is of another login or ticket than asked for."""
    listed = answer.records if isinstance(answer, Page) else answer
    records: Iterable[Any] = listed if isinstance(listed, tuple) else (listed,)
    for record in records:
        said = getattr(record, key, wanted)
        if said != wanted:
            text = f"MetaTrader answered with the figures of another {key}: {said}, not {wanted}"
            log.warning(text)
            raise LinkError(text)
