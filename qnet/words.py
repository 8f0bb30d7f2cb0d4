"""The words of the language as methods: one a letter, one a dot-card."""

from __future__ import annotations

from functools import partial

from qnet.vocabulary import vocabulary


class Words:
    """Methods that are not written down but found in the registry.

    ``help(device.Q)`` and completion in a shell or a notebook know them while Python
    runs; editors and type checkers read them in ``words.pyi``.
    """

    def __getattr__(self, word):
        if word.startswith("_"):
            raise AttributeError(word)
        if len(word) > 1 or word.islower():
            add = partial(self.directive, word.removesuffix("_"))
        else:
            add = partial(_element, self, word)
        return _documented(add, word)

    def __dir__(self):
        return sorted({*super().__dir__(), *vocabulary()})


def _element(builder, letter, name, *items, **keys):
    """Add an element whose name begins with its letter."""
    if not name.upper().startswith(letter):
        raise ValueError(f"'{name}' does not begin with '{letter}'")
    return builder.element(name, *items, **keys)


def _documented(add, word):
    """Give a method the name, the signature and the text of its word."""

    def call(*items, **keys):
        return add(*items, **keys)

    call.__name__ = call.__qualname__ = word
    known = vocabulary().get(word.removesuffix("_"))
    if known is not None:
        call.__doc__, call.__signature__ = known.doc, known.signature
    return call
