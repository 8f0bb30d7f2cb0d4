"""Every diagnostic code: title, meaning, cure. ``qnet explain QN402`` prints one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Code:
    """What a code stands for."""

    title: str
    meaning: str
    cure: str


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
    "QN560": Code(
        "cold voltages coincide under a higher cumulant",
        "At zero temperature the third and fourth cumulant with a floating voltage "
        "are derivatives of an action that has a kink where two Fermi edges cross.",
        "Set a finite `.temp`; the first two cumulants need none.",
    ),
    "QN561": Code(
        "a distribution of counts with probes",
        "Floating reservoirs and dephasing probes settle on a saddle point that is "
        "followed as a series in the counting field: it gives cumulants, not the "
        "whole distribution.",
        "Ask for cumulants, or hold all voltages.",
    ),
    "QN710": Code(
        "the name of an output does not say its format",
        "The suffix of an output file chooses its format: .csv for the table of the "
        "sweep, .json for everything.",
        "End the name in .csv or .json.",
    ),
    "QN711": Code(
        "an output exists already",
        "A file of the output's name is there; results are never lost by running a "
        "netlist twice.",
        "Choose another name, or say --force to replace the file.",
    ),
    "QN340": Code(
        "a length is missing",
        "A phase per length or a decay length is given, and no length to go with it.",
        "Add L= to the card.",
    ),
    "QN341": Code(
        "the transmission is not fixed once",
        "A barrier or a point contact needs exactly one of the keys that fix its "
        "transmission.",
        "Keep one of the keys that the message names.",
    ),
    "QN342": Code(
        "two channel counts disagree",
        "A list with one entry per channel fixes the number of channels, and the card "
        "says another number.",
        "Leave N out, or mend the list.",
    ),
    "QN343": Code(
        "the distance of the steps is missing",
        "The curvature or width across a point contact sets how far its steps are "
        "apart.",
        "Give hwy=.",
    ),
    "QN344": Code(
        "two lists have different lengths",
        "Lists with one entry a level go together and must be of one length, or of "
        "length one.",
        "Give one value for all levels, or one for each.",
    ),
    "QN345": Code(
        "S does not fit the pins",
        "A scattering matrix has a row and a column for every channel of every pin.",
        "Mend the matrix, or say with nch= how many channels each pin has.",
    ),
    "QN346": Code(
        "blocks do not part the pins",
        "blocks= groups the pins that couple to one another; each pin belongs to one "
        "group.",
        "Name every pin once, counted from 1.",
    ),
    "QN347": Code(
        "no symmetry class",
        "Random scatterers belong to one of three classes: with time reversal (1), "
        "without (2), with time reversal and spin-orbit coupling (4).",
        "Write beta=1, 2 or 4.",
    ),
    "QN348": Code(
        "no axis",
        "A direction in space has three components, and not all of them are zero.",
        "Write axis=(x,y,z).",
    ),
    "QN349": Code(
        "disorder without a seed",
        "Random disorder is drawn from a seed, so that a run can be repeated.",
        "Add seed= with any whole number.",
    ),
    "QN350": Code(
        "a data file cannot be used",
        "A file with scattering matrices is missing, damaged, or not what its ending "
        "says.",
        "Mend or write anew the file that the message names.",
    ),
    "QN351": Code(
        "an axis does not increase",
        "Energies and fields of a table have to increase from point to point.",
        "Sort the rows, and keep one for each point.",
    ),
    "QN352": Code(
        "a table of the wrong shape",
        "A scattering matrix is square, with a row and a column for each channel.",
        "Mend the file.",
    ),
    "QN353": Code(
        "probabilities for amplitudes",
        "The file holds |S|², from which no amplitudes follow; interference cannot be "
        "had from it.",
        "Write kind=probability, and put every pin at a reservoir.",
    ),
    "QN401": Code(
        "a dangling end",
        "One pin alone touches a coherent joint: a wave that arrives there has nowhere "
        "to go.",
        "Add a terminal or a probe at the node, or close the end: `S9 n wall`.",
    ),
    "QN402": Code(
        "more than two pins at a joint",
        "A coherent joint connects exactly two waves; a node is not an equipotential, "
        "and a wave cannot split at it.",
        "Use a splitter (`Y1 n a b`, or B with four nodes), or make the node a "
        "reservoir with a terminal T or a probe P.",
    ),
    "QN403": Code(
        "no reservoir in reach",
        "A closed piece of the network touches no terminal and no probe, so nothing "
        "feeds waves into it.",
        "Connect it, or add a terminal or a probe to it.",
    ),
    "QN404": Code(
        "channels differ across a joint",
        "Every wave that leaves one scatterer enters the other, so both ends of a "
        "joint carry the same number of channels.",
        "Give both elements the same N, or leave one of them out: it is inferred.",
    ),
    "QN405": Code(
        "a wave that nothing takes",
        "After blocks without incoming waves are dropped, every channel that leaves a "
        "scatterer at a joint must enter the other. A one-way edge brings a wave in, "
        "but carries none away, so what meets it there may not reflect.",
        "Use a scatterer without reflection (B with four pins), or a reservoir at the "
        "node.",
    ),
    "QN406": Code(
        "channels do not balance at a reservoir",
        "A reservoir that receives more channels than it emits, or fewer, would carry "
        "a current with all voltages equal. An edge channel cannot end in a contact.",
        "Continue the edge on the other side of the contact: `E9 n m`.",
    ),
    "QN510": Code(
        "an edge without a sense",
        "A chiral edge runs one way round, which the sign of the field decides, or "
        "that of the magnetization; at zero there is no edge.",
        "Set `.field`, or `.magnetization` for an edge that is `anomalous`.",
    ),
    "QN520": Code(
        "S is not finite",
        "A scattering matrix given in the netlist or a file has entries that are "
        "infinite or no numbers.",
        "Mend the data.",
    ),
    "QN521": Code(
        "S is not unitary",
        "What enters a scatterer must leave it. A matrix that loses or makes particles "
        "breaks current conservation everywhere behind it.",
        "Mend the matrix; if the loss is meant, write `lossy` on the card.",
    ),
    "QN522": Code(
        "no data for the reversed field",
        "An audit or a sweep turns the field round, and the card says that its data do "
        "not tell what happens then.",
        "Give data for the reversed field, or write reverse=transpose.",
    ),
    "QN523": Code(
        "levels that do not conserve particles",
        "The Hamiltonian of a closed system is Hermitian; what a field adds to a real "
        "one is imaginary and antisymmetric.",
        "Mend H= or A=.",
    ),
    "QN524": Code(
        "pins couple that blocks= keeps apart",
        "The matrix has amplitudes between pins that blocks= declares independent.",
        "Mend blocks=, or leave it out.",
    ),
    "QN525": Code(
        "beyond the table",
        "A table says nothing of energies and fields outside its grid, and thermal or "
        "bias windows reach further than EF.",
        "Tabulate a wider range. Without the axis, the table holds everywhere.",
    ),
    "QN526": Code(
        "more open channels than N",
        "A constriction between wide leads scatters into every open mode of the lead; "
        "leaving some out would lose particles.",
        "Raise N to the number in the message.",
    ),
    "QN530": Code(
        "a probe or node is disconnected",
        "Nothing is transmitted between it and any terminal, so no voltage is "
        "defined there. An island of probes is as lost as a single one.",
        "Open a path to a terminal, remove the probe, or hold its voltage with a T.",
    ),
    "QN531": Code(
        "driven currents cannot return",
        "The currents prescribed in a group of connected reservoirs do not sum to "
        "zero, and no reservoir of the group has a given voltage that takes the rest.",
        "Give one terminal of the group `V=0` instead of a current.",
    ),
    "QN532": Code(
        "a loop of voltage sources",
        "Ideal voltage sources and held voltages prescribe one difference twice; "
        "nothing decides the current around the loop.",
        "Put a resistor in series, or drop one of the sources.",
    ),
    "QN533": Code(
        "a resistor of 0 Ω",
        "Its current is undetermined by Ohm's law.",
        "Write an ideal wire or ammeter as a voltage source of 0 V: `V1 a b 0`.",
    ),
    "QN534": Code(
        "the circuit equations are singular",
        "Conductances cancel (a negative resistance, a superconductor), and a voltage "
        "is left undetermined although its node is connected.",
        "Change the element that cancels, or hold one more voltage.",
    ),
    "QN535": Code(
        "floating voltages do not converge",
        "Beyond linear response the voltages of floating reservoirs, and the "
        "temperatures of thermal probes, follow from Newton's method; no step brings "
        "the circuit nearer to balance.",
        "Look for a negative differential conductance, start from a smaller bias, or "
        "hold one more voltage.",
    ),
    "QN801": Code(
        "a file too large",
        "Netlists, includes and data files have a largest size, each and together.",
        "Split the work, or raise the limit on the command line.",
    ),
    "QN802": Code(
        "a line too long",
        "A card with its continuation lines has a largest length.",
        "Put large matrices into a file that a `table` element reads.",
    ),
    "QN803": Code(
        "a word too long",
        "Names, numbers and strings have a largest length.",
        "Shorten it.",
    ),
    "QN804": Code(
        "a card of too many words",
        "A card has a largest number of words and signs.",
        "Put large matrices into a file that a `table` element reads.",
    ),
    "QN805": Code(
        "an expression or list nested too deep",
        "Brackets, signs and chains of operators have a largest depth; each term of a "
        "sum is a level.",
        "Give parts of it names with `.param`.",
    ),
    "QN806": Code(
        "blocks nested too deep",
        ".subckt, .for and .lib nest up to a largest depth.",
        "Take inner blocks out into subcircuits.",
    ),
    "QN807": Code(
        "subcircuits nested too deep",
        "Subcircuits that contain subcircuits do so up to a largest depth.",
        "Flatten some of the levels.",
    ),
    "QN808": Code(
        "too many included files",
        "A netlist brings in a largest number of files.",
        "Join some of them.",
    ),
    "QN809": Code(
        "includes nested too deep",
        "Included files that include files do so up to a largest depth.",
        "Include them from the netlist itself.",
    ),
    "QN810": Code(
        "too many elements",
        "Elements are counted, subcircuits and loops multiplied out, before any is "
        "made.",
        "Check the counts of the loops, or raise the limit on the command line.",
    ),
    "QN811": Code(
        "too many channels",
        "A port has a largest number of channels.",
        "Check `N` and `nch`, or raise the limit on the command line.",
    ),
    "QN812": Code(
        "too many sweep points",
        "The points of all sweeps are multiplied before the first is computed.",
        "Sweep in larger steps, or raise the limit on the command line.",
    ),
    "QN813": Code(
        "too many samples",
        "A Monte Carlo run has a largest number of samples.",
        "Ask for fewer, or raise the limit on the command line.",
    ),
    "QN814": Code(
        "too much memory",
        "The matrices that would be held at one time are estimated before the start.",
        "Sweep in parts, or raise the limit on the command line.",
    ),
    "QN540": Code(
        "a reservoir is taken as the reference",
        "Nothing in a group of connected reservoirs refers to node 0 or to a fixed "
        "voltage. Only differences of voltage have a meaning there, so the last "
        "terminal of the group is set to 0 V.",
        "Write V=0 on the terminal that shall be the reference.",
    ),
    "QN901": Code(
        "two modules register one name",
        "A scatterer or analysis of this name is registered by two modules; which one "
        "a netlist means would depend on the order of loading.",
        "Rename one of them, or uninstall the package that is not wanted.",
    ),
    "QN902": Code(
        "a plug-in cannot be imported",
        "The netlist asks for a model or an analysis of an installed package, and "
        "importing that package fails. Netlists that do not ask for it still run.",
        "Mend or uninstall the package that the message names.",
    ),
    "QN903": Code(
        "two modules claim one letter",
        "Two models share a shorthand letter and a number of nodes, so a card with "
        "that letter could mean either.",
        "Give one of them another letter, or none: `S1 a b model` always works.",
    ),
    "QN904": Code(
        "a model returns a matrix of the wrong shape",
        "`smatrix` must give (instance, sweep axes, energy, out channel, in channel), "
        "axes of length 1 where it is constant, channels as `channels()` counts them.",
        "Mend the model: its class stands in the message.",
    ),
}


def as_markdown() -> str:
    """All codes as a page of documentation."""
    lines = [
        "# Diagnostic codes",
        "",
        "Written by `make docs` from `qnet/codes.py`. `qnet explain QN402` prints one.",
    ]
    for name, code in sorted(CODES.items()):
        lines += ["", f"## {name}: {code.title}", "", code.meaning, "", code.cure]
    return "\n".join(lines) + "\n"
