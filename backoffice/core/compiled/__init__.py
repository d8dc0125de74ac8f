"""Statements put into SQL once a process and planned once a connection: where time counts."""

from backoffice.core.compiled.asking import Question
from backoffice.core.compiled.sending import ask, ask_one, tell
from backoffice.core.compiled.writing import add, add_all, change

__all__ = ["Question", "add", "add_all", "ask", "ask_one", "change", "tell"]
