"""QN2xx: names: unknown, twice, circular; files that are included."""

from __future__ import annotations

from typing import Final

from qnet.codes.entry import Code

CODES: Final[dict[str, Code]] = {
    "QN201": Code(
        "a name that means nothing",
        "An expression, a step or the command line uses a name that no .param, "
        ".for, .func argument or .meas defines, and that is no constant or state.",
        "Correct the spelling, or define it with .param.",
    ),
    "QN202": Code(
        "something is defined twice",
        "Two elements, parameters, models, measures or keys have one name; which "
        "one counts would depend on their order. Names fold case.",
        "Rename one of them, or delete it. In a .for give each its own name, `W{k}`.",
    ),
    "QN203": Code(
        "a name that has a meaning already",
        "Constants (`pi e h kB Gq RK` …), the state `B EF temp M` and built-in "
        "functions and models keep their meaning everywhere.",
        "Choose another name.",
    ),
    "QN204": Code(
        "an unknown element letter, model or subcircuit",
        "The first letter of a card says what it is; scatterers are known by "
        "their model's name, to which a .model card may add another, subcircuits "
        "by their .subckt card.",
        "Correct the spelling; `qnet list` shows all models and letters.",
    ),
    "QN205": Code(
        "a key is missing, or missing its partner",
        "A model or an analysis cannot do without this key, or the key makes "
        "sense together with another one only.",
        "Add the key that the message names.",
    ),
    "QN206": Code(
        "an unknown key",
        "The model, the card or the subcircuit has no key of this name. Nothing "
        "is skipped silently: a misspelt key would leave its default in force.",
        "Correct the spelling; `qnet explain NAME` lists the keys.",
    ),
    "QN207": Code(
        "a wrong number of nodes",
        "Every element has a fixed number of nodes, unless its model takes any number.",
        "Name as many nodes as the message says.",
    ),
    "QN208": Code(
        "something is defined by itself",
        "Following the definitions leads back to where one began: parameters, "
        "measures, functions or subcircuits that need one another.",
        "Break the loop that the message shows.",
    ),
    "QN209": Code(
        "an unknown dot-card",
        "No directive, analysis or audit has this name, or it is kept for a later "
        "version.",
        "Correct the spelling; `qnet list` shows all analyses.",
    ),
    "QN210": Code(
        "one name in two spellings",
        "Names fold case: both spellings mean the same node. This is a note.",
        "Write the name one way.",
    ),
    "QN211": Code(
        "an include without a folder",
        "The netlist was given as text, so there is no folder to look for files in.",
        "Run the file by its path.",
    ),
    "QN212": Code(
        "a word that cannot be a name",
        "A node is a word of letters, digits and underscores, or all digits; an "
        "element begins with its letter.",
        "Correct the name.",
    ),
    "QN213": Code(
        "an answer asked for too early",
        "V(), I(), G() and their kin are known after the run; a parameter or a "
        "key is needed before it.",
        "Ask in .meas, .print, .plot, .save or .assert.",
    ),
    "QN214": Code(
        "no such terminal",
        "An answer, an analysis or a lever arm names what is no terminal, probe "
        "or reservoir node. Waves meet at a coherent joint without being in "
        "equilibrium, so that it has no voltage.",
        "Correct the name, or put a probe there, `P1 node`.",
    ),
    "QN215": Code(
        "an unknown function",
        "The name before the parenthesis is no function of the language, no "
        "answer, and no .func of the netlist.",
        "Correct the spelling. `log` is written ln or log10.",
    ),
    "QN216": Code(
        "functions that call one another too deep",
        "A chain of .func calls is longer than any formula needs; most often a "
        "function calls itself.",
        "Write the formula without the loop.",
    ),
    "QN217": Code(
        "a card in the wrong block",
        "Analyses, steps and options belong to the whole netlist and cannot be "
        "repeated by .for or stand in a subcircuit.",
        "Move the card out of the block.",
    ),
    "QN218": Code(
        "a terminal floats",
        "No V=, I= or lumped element fixes the terminal, so its voltage is what "
        "makes its current zero; a superconductor is held at 0 V. This is a note.",
        "Declare it a probe, P, or say V= or I=.",
    ),
    "QN219": Code(
        "a word that a key does not know",
        "The key takes one of a few words.",
        "Use one of those that the message names.",
    ),
    "QN220": Code(
        "an override of what is stepped",
        "A value from the command line or from Python replaces that of the netlist; a "
        "`.step` of the same name goes on giving its own values at every point.",
        "Leave the .step card out to run at one value.",
    ),
    "QN250": Code(
        "a file that cannot be read",
        "An included file or a section of a library is not there, or is no regular "
        "file of UTF-8 text.",
        "Check its name: it is relative to the file that names it.",
    ),
    "QN251": Code(
        "a file outside the netlist's folder",
        "A netlist reads files of its own folder only, links resolved, so that a "
        "stranger's netlist cannot look around.",
        "Move the file, or allow its folder with `--include DIR`.",
    ),
    "QN252": Code(
        "a file that includes itself",
        "Following the includes leads back to a file that is being read.",
        "Break the circle.",
    ),
    "QN253": Code(
        "a section that the library does not have",
        '`.lib "file" name` reads the cards between `.lib name` and `.endl` of the '
        "file; no section, or more than one, has that name.",
        "Correct the name, or the library.",
    ),
}
