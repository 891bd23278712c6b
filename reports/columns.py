"""Text in aligned columns, for a terminal or a file: widths, cutting, fitting. Knows no report."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

GAP = "  "
ELLIPSIS = "…"


@dataclass(frozen=True)
class Column:
    head: str
    right: bool = False


def plain(text: str) -> str:
    """`text` on one line, with nothing in it that a terminal would obey."""
    spaced = re.sub(r"[ \t\r\n]+", " ", text)
    return "".join(_visible(char) for char in spaced)


def _visible(char: str) -> str:
    hidden = unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp")
    return char.encode("unicode_escape").decode() if hidden else char


def width(text: str) -> int:
    """Terminal cells: Chinese takes two, a combining accent none."""
    return sum(_cells(char) for char in text)


def _cells(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def cut(text: str, limit: int) -> str:
    """`text` in at most `limit` cells; what is cut ends in an ellipsis."""
    if width(text) <= limit:
        return text
    kept, used = "", 0
    for char in text:
        if used + _cells(char) > limit - 1:
            break
        kept, used = kept + char, used + _cells(char)
    return kept.rstrip() + ELLIPSIS


def widths(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[int]:
    """What each column needs to be shown whole."""
    return [max(width(cell) for cell in (column.head, *(row[i] for row in rows)))
            for i, column in enumerate(columns)]


def fit(natural: Sequence[int], limit: int, steps: Sequence[tuple[int, int]]) -> list[int]:
    """Widths that together fit into `limit` cells.

    Each step (column, floor) narrows one column, no further than its floor and no more than is
    needed; a column of width 0 is left out. What the last step leaves over the limit stays.
    """
    fitted = list(natural)
    for column, floor in steps:
        excess = _total(fitted) - limit
        if excess <= 0:
            break
        if floor == 0:
            fitted[column] = 0
        else:
            fitted[column] = min(fitted[column], max(floor, fitted[column] - excess))
    return fitted


def _total(fitted: Sequence[int]) -> int:
    shown = [each for each in fitted if each > 0]
    return sum(shown) + len(GAP) * (len(shown) - 1)


def line(columns: Sequence[Column], fitted: Sequence[int], cells: Sequence[str]) -> str:
    """One row, without blanks at its end."""
    shown = [_pad(cut(cell, size), size, column.right)
             for column, size, cell in zip(columns, fitted, cells) if size > 0]
    return GAP.join(shown).rstrip()


def _pad(text: str, size: int, right: bool) -> str:
    blanks = " " * (size - width(text))
    return blanks + text if right else text + blanks
