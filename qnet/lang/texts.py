"""Many short texts in few long ones: what the cards of a large netlist say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from operator import eq
from typing import Final, final, overload

from qnet.circuit import Ints

PAGE: Final = 4096
"""Texts that are kept as one, and cut up again when they are read."""


@final
class Words(Sequence[str]):
    """A column of texts without line ends, kept end to end.

    A Python string takes some fifty bytes besides its characters, and a netlist of 10⁶
    cards has four or five strings a card: kept one by one they are the greatest part of
    what reading takes in time and memory.

    Parameters
    ----------
    pages : sequence of str
        The texts, `PAGE` of them joined by line ends, but for the last page.
    size : int
        How many they are.
    """

    __slots__ = ("_open", "_pages", "_size")

    def __init__(self, pages: Sequence[str], size: int) -> None:
        self._pages = pages
        self._size = size
        self._open: tuple[int, list[str]] = (-1, [])  # the page that was read last

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return list(self)[index]
        at, place = divmod(range(self._size)[index], PAGE)
        number, page = self._open
        if number != at:
            page = self._pages[at].split("\n")
            self._open = at, page
        return page[place]

    def __contains__(self, text: object) -> bool:
        return any(text in page for page in self.pages())

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self.pages())

    def joined(self) -> Sequence[str]:
        """The pages, each text on a line of its own."""
        return self._pages

    def pages(self) -> Iterator[list[str]]:
        """Yield the texts, some thousand at a time."""
        for page in self._pages:
            yield page.split("\n")


def kept(texts: Sequence[str]) -> Sequence[str]:
    """The same texts end to end, if they are many."""
    if len(texts) <= PAGE:
        return texts
    starts = range(0, len(texts), PAGE)
    return Words(["\n".join(texts[k : k + PAGE]) for k in starts], len(texts))


def pages_of(texts: Sequence[str]) -> Iterable[Sequence[str]]:
    """Texts some thousand at a time, or all at once where they are few."""
    return texts.pages() if type(texts) is Words else (texts,)


def selected(texts: Sequence[str], chosen: Sequence[int] | Ints) -> list[str]:
    """Some of the texts, by index."""
    every = list(texts) if type(texts) is Words else texts
    return [every[k] for k in chosen]


def joined(columns: Iterable[Sequence[str]]) -> Sequence[str]:
    """Texts of one column after the other."""
    first, *others = columns
    return kept([*first, *chain.from_iterable(others)]) if others else first


def lowered(texts: Sequence[str]) -> Sequence[str]:
    """Texts in lower case; the same object where they are."""
    pages = texts.joined() if type(texts) is Words else ["\n".join(texts)]
    found = [page.lower() for page in pages]
    if all(map(eq, found, pages)):
        return texts
    return Words(found, len(texts)) if type(texts) is Words else found[0].split("\n")


def is_uniform(texts: Sequence[str]) -> bool:
    """Whether all texts are the same."""
    return all(page.count(texts[0]) == len(page) for page in pages_of(texts))


def distinct(texts: Sequence[str]) -> set[str]:
    """Every text once."""
    return set().union(*pages_of(texts))
