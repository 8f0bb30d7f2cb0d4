"""The netlist's words as Python calls: they make the same cards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Self

from qnet.diagnostics import NetlistError, QnetError, Source, Span, refuse
from qnet.lang.parse import parse
from qnet.lang.reading import read_deck
from qnet.lang.slots import slots_of
from qnet.lang.tokens import lexicon
from qnet.lang.write import write_deck
from qnet.spelling import Spellable, spelled
from qnet.words import Words

if TYPE_CHECKING:
    from qnet.circuit import Circuit
    from qnet.lang.cards import Deck
    from qnet.lang.replay import Form
    from qnet.results import Report
    from qnet.solved import Question

_NAME: Final = "<builder>"


class Builder(Words):
    """A netlist written card by card.

    A method adds one card and returns the builder. Any capital letter is the method of
    an element, ``device.T("T1", "a")``, and any other word that of a dot-card,
    ``device.noise("T1", "T2")``; a word that Python keeps for itself ends in ``_``.
    Wrong syntax is refused at once, everything else when the deck is elaborated.

    Parameters
    ----------
    title : str
        The ``.title``.

    Examples
    --------
    >>> device = Builder("a barrier")
    >>> _ = device.T("T1", "a", V="1mV").T("T2", "b", V=0)
    >>> _ = device.B("B1", "a", "b", T=0.5)
    >>> print(device, end="")
    .title a barrier
    T1 a V=1mV
    T2 b V=0
    B1 a b T=0.5
    """

    def __init__(self, title: str = "") -> None:
        self._lines: list[str] = []
        if title:
            self._add(f".title {title}", "title")

    def element(self, name: str, *items: Spellable, **keys: Spellable) -> Self:
        """Add an element.

        Parameters
        ----------
        name : str
            Its first letter says what it is.
        *items
            Nodes, a value, a model, flags: what stands before the keys.
        **keys
            Keys of the card; True stands for a bare word, False leaves it out.

        Raises
        ------
        NetlistError
            QN101 to QN124: not the syntax of one card.
        """
        flags = [key for key, value in keys.items() if value is True]
        given = {key: v for key, v in keys.items() if not isinstance(v, bool)}
        words = [name, *map(spelled, items), *flags, *_pairs(given)]
        line = " ".join(words)
        slots = slots_of(self._add(line, "element"))
        found = sum(slot.part == "items" for slot in slots)
        keys_found = sum(slot.part == "key" for slot in slots)
        if (found, keys_found) != (len(items) + len(flags), len(given)):
            self._lines.pop()
            raise _torn(line)
        return self

    def directive(self, word: str, *items: Spellable, **keys: Spellable) -> Self:
        """Add a dot-card: ``directive("noise", "T1", "T2")``."""
        self._add(" ".join((f".{word}", *map(spelled, items), *_pairs(keys))))
        return self

    def param(self, **values: Spellable) -> Self:
        """Define parameters: ``param(g=0.25, Vg="-0.3V", k="2*g")``."""
        return self.directive("param", **values)

    def func(self, head: str, body: str) -> Self:
        """Define a function: ``func("f(x, y)", "x*y")``."""
        self._add(f".func {head}={body}", "func")
        return self

    def model(self, name: str, kind: str, *flags: str, **keys: Spellable) -> Self:
        """Define a model: ``model("sp", "qpc", N=4, hwy="2meV")``."""
        self._add(f".model {name} {kind}({' '.join((*flags, *_pairs(keys)))})", "model")
        return self

    def step(
        self, name: str | Sequence[str], *values: Spellable, **keys: Spellable
    ) -> Self:
        """Sweep a parameter, or several in parallel if given a sequence of names."""
        stepped = name if isinstance(name, str) else f"zip({' '.join(name)})"
        return self.directive("step", stepped, *values, **keys)

    @contextmanager
    def subckt(self, name: str, *pins: str, **params: Spellable) -> Iterator[Self]:
        """Define a subcircuit of what is added inside the ``with`` block."""
        marked = ("params:", *_pairs(params)) if params else ()
        with self._block(" ".join((".subckt", name, *pins, *marked)), ".ends"):
            yield self

    @contextmanager
    def for_(self, variable: str, over: Spellable) -> Iterator[Self]:
        """Repeat cards: ``for_("k", "1:N")`` or ``for_("k", [1, 2, 3])``."""
        with self._block(f".for {variable} in {spelled(over)}", ".endfor"):
            yield self

    def assert_(self, expression: str, why: str = "") -> Self:
        """State what must hold at every point of the sweep."""
        reason = f' "{why}"' if why else ""
        self._add(f".assert {expression}{reason}", "assertion")
        return self

    def deck(self) -> Deck:
        """Return the netlist as the parser would read it."""
        return parse("".join(f"{line}\n" for line in self._lines), _NAME)

    def circuit(self) -> Circuit:
        """Return the circuit at the values of the netlist."""
        from qnet.corridor import template

        return template(self.deck()).circuit()

    def run(self, *analyses: Question) -> Report:
        """Answer the netlist's questions, and further ones: ``run(qnet.Op())``."""
        from qnet.corridor import run

        return run(self.deck(), analyses=analyses)

    def _repr_html_(self) -> str:
        """The circuit as a picture; the netlist while it is none yet, or unpainted."""
        from qnet.output.html import figure_html, text_html
        from qnet.pictures.drawing import draw

        try:
            return figure_html(draw(self))
        except QnetError:
            return text_html(str(self))

    def __str__(self) -> str:
        return write_deck(self.deck())

    @contextmanager
    def _block(self, head: str, tail: str) -> Iterator[None]:
        """Add a block's first and last card around what the ``with`` block adds."""
        _checked(f"{head}\n{tail}", 2)
        self._lines.append(head)
        yield
        self._lines.append(tail)

    def _add(self, line: str, *rules: str) -> Form:
        """Add a line that is one card, of certain rules; its form."""
        form = _checked(line, 1, rules)
        self._lines.append(line)
        return form


def _checked(text: str, count: int, rules: Sequence[str] = ()) -> Form:
    """Form of the first of so many cards, refused where their syntax is wrong."""
    sheet = read_deck(Source(_NAME, text)).sheet
    has_comment = lexicon().comment(text, 0, len(text)) is not None
    form = sheet.forms[0] if len(sheet) else None
    if (
        form is None
        or has_comment
        or (text.count("\n") + 1, len(sheet)) != (count, count)
    ):
        raise _torn(text)
    if rules and form.rule not in rules:
        raise _torn(text)
    return form


def _torn(line: str) -> Exception:
    """Error of a call whose arguments are not one word or value of the card each."""
    return refuse(
        NetlistError,
        "QN124",
        "an argument is not one word or value of a card",
        Span(Source(_NAME, line), 0, len(line)),
        help="give each word, and each value, as an argument of its own",
    )


def _pairs(keys: Mapping[str, Spellable]) -> Iterator[str]:
    """``key=value`` of each; the names of files are put in quotes."""
    for key, value in keys.items():
        is_file = key.casefold() == "file" and not str(value).startswith('"')
        yield f'{key}="{value}"' if is_file else f"{key}={spelled(value)}"
