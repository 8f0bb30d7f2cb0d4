"""What is wrong with a card that fits no rule: the slips people make, in words.

Each slip is a function that knows one mistake; the first that recognises it explains
the fault. What none of them knows is told as what was found and what would fit.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from qnet.diagnostics import Diagnostic, Label
from qnet.lang.brackets import (
    never_closed,
    open_quote,
    stray_bracket,
    stray_character,
    unclosed_bracket,
)
from qnet.lang.habits import is_waveform
from qnet.lang.misfit import CLOSING, OPENING, OPERATORS, SIGNS, Misfit
from qnet.lang.sheet import Sheet
from qnet.lang.titles import TITLE_HELP
from qnet.lang.tokens import lexicon

_STEADY: Final = "currents and noise here are those of a steady state"
_REFUSED: Final = {
    ".control": (
        "a netlist holds no scripts",
        "`.step`, `.meas` and `.print` sweep, measure and tabulate; for more, call "
        "`qnet.run` from Python",
    ),
    ".alter": (
        "a netlist is one circuit",
        "sweep with `.step`, or run it again with `-D name=value`",
    ),
    ".tran": (
        _STEADY,
        "`.op` and `.dc` answer for steady states, `.noise` for their fluctuations",
    ),
    **dict.fromkeys(
        (".ic", ".nodeset"),
        (
            "a steady state has no beginning",
            "leave it out; to hold a voltage write V= on a terminal",
        ),
    ),
    **dict.fromkeys(
        (".four", ".disto", ".pz"),
        (
            _STEADY,
            "`.dc` follows a current beyond linear response",
        ),
    ),
}
_FORMS: Final = {
    "PARAM": ".param name=expression …",
    "FUNC": ".func f(x, y)={expression}",
    "MODEL": ".model name kind(key=value …)",
    "SUBCKT": ".subckt name pin1 pin2 params: key=value",
    "ENDS": ".ends",
    "FOR": ".for k in 1:N",
    "ENDFOR": ".endfor",
    "STEP": ".step X start stop step",
    "MEAS": ".meas name expression",
    "ASSERT": '.assert expression "why"',
    "LISTING": ".print V(n) {expression} …",
    "INCLUDE": '.include "file.qnet"',
    "LIB": '.lib "file.qnet" section',
    "ENDL": ".endl",
    "END": ".end",
}
_DECIMAL: Final = re.compile(r"(0,\d+|\d+,(\d{1,2}|\d{4,}))([A-Za-z]\w*)?")
"""A decimal comma: ``1,500`` could be a thousand and a half as well."""
_OPERANDS: Final = frozenset({"NAME", "NUMBER", "IMAGINARY", "FUNCTION"})


Slip = Callable[[Misfit], Diagnostic | None]


def refused_word(word: str, sheet: Sheet, number: int) -> Diagnostic | None:
    """Refuse a SPICE card that has no place here, with what to do instead (QN119)."""
    if word not in _REFUSED:
        return None
    why, cure = _REFUSED[word]
    place = Label(sheet.span(number))
    return Diagnostic("QN119", f"'{word}' is refused", place, (), why, cure)


def explain(sheet: Sheet, number: int) -> Diagnostic:
    """Say what is wrong with a card whose form has a fault.

    Parameters
    ----------
    sheet : Sheet
        The text.
    number : int
        The card's number.

    Returns
    -------
    Diagnostic
        QN101 to QN123.
    """
    form = sheet.forms[number]
    assert form.fault is not None
    names = tuple(map(lexicon().names.__getitem__, form.kinds))
    misfit = Misfit(sheet, sheet.tokens(number), names, *form.fault)
    if number == 0 and sheet.inside is None and not _looks_like_card(misfit):
        return _title(misfit)
    return next(found for slip in _SLIPS if (found := slip(misfit)))


def _looks_like_card(misfit: Misfit) -> bool:
    """Whether a line begins with a dot, or with a name that ends in a digit."""
    first = misfit.tokens[0].text
    return first.startswith(".") or (first[0].isalpha() and first[-1].isdigit())


def _title(misfit: Misfit) -> Diagnostic:
    whole = misfit.place(0, len(misfit.tokens) - 1)
    return misfit.finding(
        "QN104", "the first line is no card", at=whole, fix=TITLE_HELP
    )


def _no_card(misfit: Misfit) -> Diagnostic | None:
    """Recognise a line that begins as no card does."""
    begins_oddly = misfit.word in {"KEY", "FUNCTION", "NUMBER"} and misfit.index == 1
    if misfit.index and not begins_oddly:
        return None
    text = misfit.tokens[0].text
    fix = "an element begins with its letter, every other card with a dot"
    if misfit.word == "KEY":
        fix = f"to define a parameter write `.param {text}=…`"
    elif misfit.word == "FUNCTION" and "EQUAL" in misfit.names:
        fix = f"to define a function write `.func {text}(…)=…`"
    elif misfit.word == "FUNCTION":
        fix = f"a blank follows the name: `{text} …`"
    message = f"a card does not begin with '{text}'"
    return misfit.finding("QN105", message, at=misfit.place(0), fix=fix)


def _unquoted_file(misfit: Misfit) -> Diagnostic | None:
    """Recognise ``.include models.lib``."""
    if misfit.word not in {"INCLUDE", "LIB"} or misfit.name == "":
        return None
    first = 1
    if misfit.names[first] == "STRING":
        return None
    last = len(misfit.tokens) - 1
    path = misfit.place(first, last)
    name = path.text.strip("'").split("'")[0].split()[0]
    return misfit.finding(
        "QN115",
        "the name of a file stands in quotes",
        at=path,
        fix=f'{misfit.tokens[0].text} "{name}"',
        instead=f'"{name}"' if path.text in (name, f"'{name}'") else "",
    )


def _chained_comparison(misfit: Misfit) -> Diagnostic | None:
    """Recognise ``a < b < c``."""
    if misfit.name != "COMPARISON" or "COMPARISON" not in misfit.names[: misfit.index]:
        return None
    if not misfit.in_expression() or misfit.before in OPERATORS:
        return None
    return misfit.finding(
        "QN123",
        "comparisons are not chained",
        why="`a < b < c` would compare the truth of `a < b` with c",
        fix="write `a < b && b < c`",
    )


def _assignment(misfit: Misfit) -> Diagnostic | None:
    """Recognise ``=`` where ``==`` is meant, and a measure defined with ``=``."""
    if misfit.name not in {"KEY", "EQUAL"}:
        return None
    if misfit.word == "MEAS" and (misfit.index == 1 or misfit.before == "NAME"):
        return misfit.finding(
            "QN121",
            "a measure is a name and an expression, without '='",
            fix=f".meas {misfit.tokens[1].text} expression",
        )
    if not misfit.in_expression() or misfit.before in {"PARAM", "FUNC", "EQUAL"}:
        return None
    at = misfit.index + (misfit.name == "KEY")
    return misfit.finding(
        "QN112",
        "'=' gives a value, it does not compare",
        at=misfit.place(at),
        fix="write `==` to compare",
        instead="==" if misfit.word == "ASSERT" else "",
    )


def _missing_value(misfit: Misfit) -> Diagnostic | None:
    """Recognise ``T1 a V=`` and ``=5``."""
    if misfit.name == "EQUAL":
        return misfit.finding(
            "QN113", "no key stands before '='", fix="write `key=value`"
        )
    if misfit.before == "EQUAL" and misfit.name in {"", "KEY"}:
        key = misfit.index - 2
        return misfit.finding(
            "QN113",
            f"'{misfit.tokens[key].text}' has no value",
            at=misfit.place(key, misfit.index - 1),
            fix=f"write `{misfit.tokens[key].text}=value`",
        )
    if misfit.word != "PARAM":
        return None
    if misfit.name == "FUNCTION" and misfit.before == "PARAM":
        fix = f".func {misfit.text}(…)={{…}}"
        return misfit.finding("QN121", "'.func' defines a function", fix=fix)
    if misfit.name == "NAME" and misfit.before == "PARAM":
        fix = f".param {misfit.text}=expression"
        message = f"parameter '{misfit.text}' has no value"
        return misfit.finding("QN113", message, fix=fix)
    return None


def _decimal_comma(misfit: Misfit) -> Diagnostic | None:
    """Recognise ``V=1,5mV``."""
    index = misfit.index
    if misfit.name != "COMMA":
        return None
    around = misfit.names[index - 1 : index + 2]
    if around == ("NUMBER", "COMMA", "NUMBER"):
        number = misfit.place(index - 1, index + 1)
        point = number.text.replace(",", ".")
        sure = misfit.unclosed() is None and _DECIMAL.fullmatch(number.text)
        message = "a number has a decimal point, not a comma"
        return misfit.finding(
            "QN114",
            message,
            at=number,
            fix=f"write `{point}`",
            instead=point if sure else "",
        )
    fix = "words of a card are separated by blanks"
    return misfit.finding("QN106", "unexpected ','", fix=fix)


def _signed_node(misfit: Misfit) -> Diagnostic | None:
    """Recognise nodes called ``n+`` and ``n-``."""
    if misfit.name not in {"TIGHT", "LOOSE"} or misfit.word != "NAME":
        return None
    if misfit.before != "NAME" or "KEY" in misfit.names[: misfit.index]:
        return None
    if misfit.name == "TIGHT":
        return None
    node = misfit.place(misfit.index - 1, misfit.index)
    letter = "p" if misfit.text == "+" else "m"
    return misfit.finding(
        "QN101",
        f"'{misfit.text}' cannot stand in a name",
        at=node,
        why="names consist of letters, digits and '_'",
        fix=f"write `{node.text[:-1].rstrip()}{letter}`",
    )


def _unbraced(misfit: Misfit) -> Diagnostic | None:
    """Recognise an expression on a card, outside braces."""
    if misfit.in_expression():
        return None
    is_operator = misfit.name in OPERATORS | {"FUNCTION", "LPAR"}
    if not is_operator and misfit.before not in SIGNS:
        return None
    first, last = _value_around(misfit)
    value = misfit.place(first, last)
    if misfit.names[last] == "IMAGINARY" and last - first < 4:
        fix = f"write `{value.text.replace(' ', '')}`"
        return misfit.finding("QN111", "a blank in a number", at=value, fix=fix)
    return misfit.finding(
        "QN111",
        "an expression stands in braces",
        at=value,
        fix=f"write `{':'.join(map(_braced, value.text.split(':')))}`",
    )


def _braced(end: str) -> str:
    """One end of a range, or a whole value, in braces if it is more than one word."""
    return end if end.isalnum() else f"{{{end}}}"


def _value_around(misfit: Misfit) -> tuple[int, int]:
    """First and last token of the expression that the fault is in."""
    names = misfit.names
    first = last = min(misfit.index, len(names) - 1)
    depth = int(names[first] in CLOSING)
    while first > 1 and names[first - 1] != "EQUAL" and _belong(misfit, first):
        depth += (names[first - 1] in CLOSING) - (names[first - 1] in OPENING)
        if depth < 0:
            break
        first -= 1
    depth = int(names[last] in OPENING)
    while last + 1 < len(names) and _belong(misfit, last + 1):
        depth += (names[last + 1] in OPENING) - (names[last + 1] in CLOSING)
        if depth < 0:
            break
        last += 1
    return first, last


def _belong(misfit: Misfit, index: int) -> bool:
    """Whether a token and the one before it are parts of one expression."""
    left, right = misfit.names[index - 1], misfit.names[index]
    touch = misfit.tokens[index - 1].stop == misfit.tokens[index].start
    loose = left in OPERATORS - {"SIGN"} or right in OPERATORS - {"SIGN"}
    return (touch or loose) and right != "STRAY"


def _unfinished(misfit: Misfit) -> Diagnostic | None:
    """Recognise ``.param a=2*``."""
    is_end = misfit.name in {"", "KEY", "STRING"} or misfit.name in CLOSING
    if not is_end or misfit.before not in OPERATORS:
        return None
    operator = misfit.tokens[misfit.index - 1].text
    return misfit.finding(
        "QN107",
        f"the expression ends after '{operator}'",
        at=misfit.place(misfit.index - 1),
        fix="give it a right-hand side",
    )


def _missing_operator(misfit: Misfit) -> Diagnostic | None:
    """Recognise ``2(x)`` and ``{a b}``."""
    starts = misfit.name in _OPERANDS | {"LPAR", "OPEN"}
    ends = misfit.before in {"NAME", "NUMBER", "IMAGINARY", "RPAR", "CLOSE"}
    if not misfit.in_expression() or not starts or not ends:
        return None
    opened = misfit.unclosed()
    if misfit.word == "FUNC" and "RPAR" not in misfit.names[: misfit.index]:
        return None
    if opened is not None and misfit.names[opened] == "GLUED_OPEN":
        return never_closed(misfit, opened)
    left, right = misfit.tokens[misfit.index - 1], misfit.tokens[misfit.index]
    return misfit.finding(
        "QN106",
        f"no operator between '{left.text}' and '{right.text}'",
        fix="a product is written with `*`; arguments are separated by commas",
    )


def _waveform(misfit: Misfit) -> Diagnostic | None:
    """Recognise SPICE's sources that vary in time: ``V1 a 0 SIN(0 1 1k)``."""
    first = misfit.tokens[0].text
    if first[0] not in "vViI":
        return None
    for index, token in enumerate(misfit.tokens):
        if misfit.names[index] == "FUNCTION" and is_waveform(token.text):
            return misfit.finding(
                "QN119",
                f"'{token.text}' is refused",
                at=misfit.place(index),
                why=_STEADY,
                fix=f"a source has one value, `{first} n1 n2 1m`; `.dc` sweeps it",
            )
    return None


def _named_analysis(misfit: Misfit) -> Diagnostic | None:
    """Recognise SPICE's ``.meas dc name …``."""
    if misfit.word != "MEAS" or misfit.names[1:4] != ("NAME",) * 3:
        return None
    if misfit.index != 4:
        return None
    rest = misfit.place(2, len(misfit.tokens) - 1).text
    return misfit.finding(
        "QN121",
        f"a measure begins with its name, not with '{misfit.tokens[1].text}'",
        at=misfit.place(1),
        fix=f".meas {rest}",
    )


def _word_of_subckt(misfit: Misfit) -> Diagnostic | None:
    """Recognise ``X1 a b name params: k=v``."""
    before = [token.text.lower() for token in misfit.tokens[: misfit.index]]
    if before[-2:] != ["params", ":"]:
        return None
    return misfit.finding(
        "QN106",
        "'params:' stands on .subckt cards alone",
        at=misfit.place(misfit.index - 2, misfit.index - 1),
        fix="leave it out: `X1 a b name key=value`",
    )


def _wrong_form(misfit: Misfit) -> Diagnostic | None:
    """Show how a dot-card looks, where nothing better is known."""
    if misfit.word not in _FORMS:
        return None
    return misfit.finding(
        "QN121",
        f"unexpected '{misfit.text}'" if misfit.name else "the card ends too early",
        misfit.wanted(),
        fix=_FORMS[misfit.word],
    )


def _unexpected(misfit: Misfit) -> Diagnostic:
    """Tell what was found, and what would fit."""
    if not misfit.name:
        return misfit.finding("QN107", "the card ends too early", misfit.wanted())
    return misfit.finding("QN106", f"unexpected '{misfit.text}'", misfit.wanted())


_SLIPS: Final[tuple[Slip, ...]] = (
    stray_character, _no_card, _unquoted_file, _decimal_comma, _chained_comparison,
    _assignment, _missing_value, unclosed_bracket, open_quote, _unfinished,
    stray_bracket, _signed_node, _waveform, _unbraced, _named_analysis,
    _word_of_subckt,
    _missing_operator, _wrong_form,
    _unexpected,
)  # fmt: skip
