"""Text of a CSV file and its numbered lines, as settlements and bulk files are read. Pure.

What cannot be read is refused by the reader's own kind of error: a sentence and its facts.
"""

import csv
import io
from collections.abc import Container, Iterable, Iterator
from typing import Protocol

from backoffice.core.words import noop

NAMED = 5  # of odd columns; a file of another kind has hundreds


class Refusal(Protocol):
    """Makes the reader's error of a sentence and of the facts in its braces."""

    def __call__(self, sentence: str, **facts: object) -> Exception:
        """Return the error; the caller raises it."""
        ...


def text_of(body: bytes, refusal: Refusal) -> str:
    """Return the text of a file, without the mark of its byte order; refused unless UTF-8."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:  # UTF-16 without its mark decodes too, and is full of them
        raise refusal(noop("The file is not text in UTF-8: save it as CSV UTF-8."))
    return text


def numbered(text: str, separator: str, refusal: Refusal) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines that hold anything, each with its number in the file."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise refusal(
                noop(
                    "Line {line} cannot be read: a quotation mark is missing, or stands inside a"
                    " cell where it has to be doubled."
                ),
                line=reader.line_num,
            ) from None
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def require_columns(
    heads: list[str],
    *,
    needed: Iterable[str],
    known: Container[str],
    odd_words: str,
    refusal: Refusal,
) -> None:
    """Refuse heads that leave a needed column out, or name one twice or one that nobody knows.

    `odd_words` is the sentence about those, with `{strange}` in it.
    """
    missing = [name for name in needed if name not in heads]
    if missing:
        raise refusal(
            noop("The first line has to name the columns; missing: {missing}."),
            missing=", ".join(missing),
        )
    odd = [name for name in dict.fromkeys(heads) if name not in known or heads.count(name) > 1]
    if odd:
        told = [name or "“”" for name in odd[:NAMED]] + ["…"] * (len(odd) > NAMED)
        raise refusal(odd_words, strange=", ".join(told))
