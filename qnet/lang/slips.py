"""What is wrong with a card that fits no rule, in words."""

from __future__ import annotations

from qnet.diagnostics import Diagnostic, Label, Span
from qnet.lang.sheet import Sheet

TITLE_HELP = ""

def refused_word(word: str, sheet: Sheet, number: int) -> Diagnostic | None:
    return None

def explain(sheet: Sheet, number: int) -> Diagnostic:
    form = sheet.forms[number]
    tokens = sheet.tokens(number)
    i = form.fault.index
    t = tokens[min(i, len(tokens)-1)]
    return Diagnostic("QN106", f"unexpected {t.text}", Label(Span(sheet.source, t.start, t.stop, sheet.inside)), help=str(sorted(form.fault.expected)))
