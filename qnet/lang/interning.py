"""Words to numbers: by a dictionary, or in columns where they are many.

Looking up 10⁶ words in a dictionary goes through memory at random, and the words take
fifty bytes apiece besides their characters. Long columns are packed into whole numbers
of 64 bits, eight characters each, and equal ones found by sorting.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, count
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qnet.circuit import Ints
from qnet.lang.texts import PAGE, Words, pages_of

Keys = NDArray[np.uint64]
"""(word, part) words of ASCII, eight characters a part, the rest zero."""

MOST_PARTS: Final = 3
"""Words of more parts are looked up in a dictionary."""

SHARE: Final = 8
"""A column is packed if it has an eighth of the words known, or more."""

_BYTES: Final = 8
_KEPT: Final = np.array([(1 << 8 * n) - 1 for n in range(_BYTES + 1)], "<u8")


class Interner:
    """Numbers of words in the order in which they first came."""

    def __init__(self) -> None:
        self._numbers: defaultdict[str, int] | None = defaultdict(count().__next__)
        self._keys: Keys = np.zeros((0, 1), "<u8")  # in use where `_numbers` is None
        self._words: Sequence[str] | None = None

    def __len__(self) -> int:
        return len(self._keys) if self._numbers is None else len(self._numbers)

    def numbers(self, words: Sequence[str]) -> Ints:
        """Number of each word, the next free one where it is new."""
        if type(words) is Words and len(words) * SHARE >= len(self):
            keys, known = packed(words), self._packed()
            if keys is not None and known is not None:
                self._numbers = None
                self._keys, numbers = _joined(known, keys)
                return numbers
        number = self._looked_up().__getitem__
        every = chain.from_iterable(pages_of(words))
        return np.fromiter(map(number, every), np.intp, len(words))

    def find(self, word: str) -> int | None:
        """Number of a word that has one."""
        if self._numbers is not None:
            return self._numbers.get(word)
        key = packed(Words([word], 1))
        if key is None or key.shape[1] > self._keys.shape[1]:
            return None
        here = np.flatnonzero((self._keys == _widened(key, self._keys)).all(1))
        return int(here[0]) if len(here) else None

    def words(self) -> Sequence[str]:
        """All words by number."""
        if self._words is None or len(self._words) < len(self):
            self._words = self._listed()
        return self._words

    def _listed(self) -> Sequence[str]:
        if self._numbers is not None:
            return list(self._numbers)
        return Words(["\n".join(page) for page in _pages(self._keys)], len(self))

    def _packed(self) -> Keys | None:
        """Words that are known, as keys; None if one of them cannot be packed."""
        if self._numbers is None:
            return self._keys
        return packed(Words(["\n".join(self._numbers)], len(self._numbers)))

    def _looked_up(self) -> defaultdict[str, int]:
        """Words that are known, as a dictionary."""
        if self._numbers is None:
            words = (word for page in _pages(self._keys) for word in page)
            numbered = zip(words, count(), strict=False)
            self._numbers = defaultdict(count(len(self._keys)).__next__, numbered)
            self._keys = np.zeros((0, 1), "<u8")
        return self._numbers


def first_seen(numbers: Ints, before: int) -> NDArray[np.bool_]:
    """Where a number that is not below `before` comes for the first time."""
    # New numbers ascend, so that each exceeds all that came earlier.
    highest = np.maximum.accumulate(np.append(before - 1, numbers))
    return numbers > highest[:-1]


def packed(words: Words) -> Keys | None:
    """Words as whole numbers; None if one is too long or no ASCII."""
    pages = [_packed_page(page) for page in words.joined()] if len(words) else []
    good = [page for page in pages if page is not None]
    if len(good) < len(pages):
        return None
    keys = np.zeros((len(words), max((k.shape[1] for k in good), default=1)), "<u8")
    done = 0
    for page in good:
        keys[done : done + len(page), : page.shape[1]] = page
        done += len(page)
    return keys


def _packed_page(page: str) -> Keys | None:
    if not page.isascii():
        return None
    letters = np.frombuffer(f"{page}\n{'':{_BYTES}}".encode(), np.uint8)
    ends = np.flatnonzero(letters == ord("\n"))
    starts = np.append(0, ends[:-1] + 1)
    parts = max(-(-int((ends - starts).max()) // _BYTES), 1)
    if parts > MOST_PARTS:
        return None
    # Eight characters from each place on, as one number.
    eights = np.ndarray((len(letters) - _BYTES + 1,), "<u8", letters, strides=(1,))
    keys = np.empty((len(ends), parts), "<u8")
    for part in range(parts):
        here = starts + part * _BYTES
        left = np.clip(ends - here, 0, _BYTES)
        keys[:, part] = eights[np.minimum(here, ends)] & _KEPT[left]
    return keys


def _joined(known: Keys, keys: Keys) -> tuple[Keys, Ints]:
    """All words in the order of first appearance, and the number of each of `keys`."""
    width = max(known.shape[1], keys.shape[1])
    every = np.zeros((len(known) + len(keys), width), "<u8")
    every[: len(known), : known.shape[1]] = known
    every[len(known) :, : keys.shape[1]] = keys
    # As in a dictionary: n7, n8, n9 are in order already, which makes sorting fast.
    order = np.lexsort(every.view(">u8").astype(np.uint64).T[::-1])
    ahead, behind = every[order[:-1]], every[order[1:]]
    begins = np.append(True, (ahead != behind).any(1))
    first = np.empty(len(every), np.intp)  # of equal words; sorting was stable
    first[order] = order[np.flatnonzero(begins)][np.cumsum(begins) - 1]
    is_new = first == np.arange(len(every))
    number = np.cumsum(is_new) - 1
    return every[is_new], number[first[len(known) :]]


def _widened(key: Keys, like: Keys) -> Keys:
    """A key with as many parts as others have."""
    return np.pad(key, ((0, 0), (0, like.shape[1] - key.shape[1])))


def _pages(keys: Keys) -> Iterator[list[str]]:
    """Words of some keys, some thousand at a time."""
    letters = np.ascontiguousarray(keys).view(f"S{keys.shape[1] * _BYTES}")[:, 0]
    for first in range(0, len(keys), PAGE):
        yield letters[first : first + PAGE].astype(str).tolist()
