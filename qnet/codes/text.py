"""QN1xx: text: characters, cards, blocks."""

from __future__ import annotations

from typing import Final

from qnet.codes.entry import Code

CODES: Final[dict[str, Code]] = {
    "QN101": Code(
        "a character that cannot stand there",
        "Names consist of ASCII letters, digits and '_'; outside strings and comments "
        "only the characters of the language occur. Text copied from a PDF or a word "
        "processor brings minus signs, quotes and blanks that only look right.",
        "Type the character that the message suggests.",
    ),
    "QN102": Code(
        "a control character",
        "A netlist is plain UTF-8 text. Control characters other than tabs and line "
        "ends, or a carriage return without a line feed, do not belong in it.",
        "Delete the character; save the file with LF or CRLF line ends.",
    ),
    "QN103": Code(
        "an invisible character",
        "Zero-width characters and those that turn the direction of writing make a "
        "line read differently from what qnet reads.",
        "Delete the character.",
    ),
    "QN104": Code(
        "the first line is no card",
        "SPICE takes the first line of a file as its title, whatever it says; here "
        "every line is read.",
        "Write `.title …`, or begin the line with `*` to make it a comment.",
    ),
    "QN105": Code(
        "a line that begins as no card does",
        "An element card begins with the element's name, whose first letter says what "
        "it is; every other card begins with a dot and a word.",
        "Begin the line with a name or a dot-word.",
    ),
    "QN106": Code(
        "a word that does not fit",
        "The card is right up to the place of the caret; what stands there fits none "
        "of the card's forms.",
        "See `docs/language.md` for the forms of the card.",
    ),
    "QN107": Code(
        "a card that ends too early",
        "Something must follow the last word of the card.",
        "Complete it; a long card goes on in a line that begins with `+`.",
    ),
    "QN108": Code(
        "a bracket that is never closed",
        "Every '(', '[', '{' and quote that opens on a card closes on it.",
        "Close it, or begin the next line of the card with `+`.",
    ),
    "QN109": Code(
        "a bracket that closes nothing",
        "A closing bracket has no partner before it, or one of another kind.",
        "Delete it, or open its partner.",
    ),
    "QN110": Code(
        "a string that is never closed",
        'A string begins and ends with `"` on one line.',
        "Close it.",
    ),
    "QN111": Code(
        "an expression outside braces",
        "On cards a value is a number, a name, a list or a string; arithmetic stands "
        "in braces. Only .param, .func, .meas and .assert take it bare.",
        "Write `T={2*g}`; a complex number has no blanks inside.",
    ),
    "QN112": Code(
        "'=' where a comparison is meant",
        "`=` gives a key its value. Two values are compared with `==`.",
        "Write `==`; for floating-point numbers better `abs(a - b) < tolerance`.",
    ),
    "QN113": Code(
        "a key without its value",
        "Keys and values come in pairs, `key=value`.",
        "Write the value after `=`, or delete the key.",
    ),
    "QN114": Code(
        "a decimal comma",
        "Numbers have a decimal point; a comma separates the entries of a list.",
        "Write `1.5mV`.",
    ),
    "QN115": Code(
        "the name of a file without quotes",
        "Strings, and so the names of files, stand in double quotes.",
        'Write `.include "file.qnet"`.',
    ),
    "QN116": Code(
        "a block that is never closed",
        "`.subckt` ends with `.ends`, `.for` with `.endfor`, `.lib name` with `.endl`.",
        "Add the closing card.",
    ),
    "QN117": Code(
        "the end of a block that is not open",
        "Blocks nest: the innermost ends first, and an end names, if anything, the "
        "block that it ends.",
        "Close the inner block first, or delete the card.",
    ),
    "QN118": Code(
        "cards after .end",
        "`.end` ends the netlist; what follows would be ignored in silence.",
        "Delete `.end`; it is not needed.",
    ),
    "QN119": Code(
        "a SPICE card without a meaning here",
        "Scripts in the netlist, altered circuits and transients have no counterpart.",
        "The message names what to use instead.",
    ),
    "QN120": Code(
        "a line that continues nothing",
        "`+` at the start of a line continues the card before it; there is none.",
        "Delete the `+`, or put the card before the line.",
    ),
    "QN121": Code(
        "a dot-card of the wrong form",
        "The card begins with a word that has a form of its own, and does not have it.",
        "Write it as the message shows.",
    ),
    "QN122": Code(
        "a second title",
        "A netlist has one title.",
        "Keep one of them; a remark begins with `*`.",
    ),
    "QN123": Code(
        "chained comparisons",
        "`a < b < c` would compare the truth of `a < b`, which is 0 or 1, with c.",
        "Write `a < b && b < c`.",
    ),
    "QN124": Code(
        "an argument of the builder that is not one word",
        "Each positional argument of a `Builder` method is one word or value of the "
        "card, each keyword argument one key; a comment or a line end cannot be "
        "passed.",
        "Pass each word and each value as an argument of its own.",
    ),
}
