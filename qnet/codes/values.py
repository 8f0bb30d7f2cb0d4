"""QN3xx: values: units, ranges, expressions, sweeps; keys of models."""

from __future__ import annotations

from typing import Final

from qnet.codes.entry import Code

CODES: Final[dict[str, Code]] = {
    "QN301": Code(
        "not a number",
        "A quantity is digits, a decimal point, an exponent, a prefix and a unit, "
        "without a blank between them.",
        "Correct it: `10meV`, `1.5e-3`, `2T`.",
    ),
    "QN302": Code(
        "an unknown unit",
        "The letters behind a number are no unit with a prefix. Units are case- "
        "sensitive: mV and MV differ by nine powers of ten.",
        "Correct the unit; docs/language.md lists them.",
    ),
    "QN303": Code(
        "a suffix with two readings",
        "SPICE and SI read this letter differently, by up to nine powers of ten; "
        "neither is assumed.",
        "Write what the message suggests.",
    ),
    "QN304": Code(
        "a value of the wrong dimension",
        "A voltage is not an energy, a temperature not an energy, and a plain "
        "number is neither; the key says what it wants.",
        "Write the unit, or convert: {e*V}, {kB*T}, {B*area/Phi0}.",
    ),
    "QN305": Code(
        "dimensions that do not go together",
        "Sums, comparisons and choices need operands of one dimension. A zero "
        "needs no unit.",
        "Multiply one operand by what is missing, `lever*Vg`.",
    ),
    "QN306": Code(
        "wrong arguments",
        "A function, an answer or a statistic has too few or too many arguments, "
        "or is asked along an axis that does not exist.",
        "See the message for what it takes.",
    ),
    "QN307": Code(
        "a value that is not finite",
        "A division by zero, a logarithm of nothing or an overflow. In a sweep "
        "only the points concerned are marked.",
        "Change the expression, or guard it: `x > 0 ? ln(x) : 0`.",
    ),
    "QN308": Code(
        "a complex number or exponent where it has no meaning",
        "Comparisons, bounds and most keys are real; a quantity with a unit takes "
        "a rational exponent.",
        "Use abs(), or make the base a plain number.",
    ),
    "QN309": Code(
        "a value out of its range",
        "The key has bounds, or wants a whole number. In a sweep only the points "
        "concerned are marked.",
        "Keep within the range that the message names; `qnet explain NAME` lists it.",
    ),
    "QN310": Code(
        "a value of the wrong form",
        "A list where one number is wanted, a word where an expression is, a row "
        "too long or too short.",
        "Parameters stand in braces, `{g}`; lists in parentheses, matrices as "
        "[[a, b], [c, d]].",
    ),
    "QN311": Code(
        "a step cannot shape the netlist",
        "Names, loops and the values of steps are settled once for all points of "
        "a sweep.",
        "Use a parameter that is not stepped, or run once for each value with -D.",
    ),
    "QN312": Code(
        "a SPICE scale that looks like a unit",
        "The positional value of V, I, R and C has SPICE's scales in any case: "
        "10K is 10⁴. This is a note.",
        "Write 10k, or the unit, 10kOhm.",
    ),
    "QN313": Code(
        "two terminals on one node",
        "A T or a one-pin P declares a reservoir, and a reservoir has one Fermi sea.",
        "Keep one of them, or join two nodes by a wire.",
    ),
    "QN314": Code(
        "a terminal that contradicts itself",
        "A terminal holds a voltage or drives a current, not both; node 0 is held "
        "at 0 V and neither floats nor takes a current.",
        "Leave out one of the keys, or use another node.",
    ),
    "QN315": Code(
        "a model that counts spins otherwise",
        "Helical pairs and Majorana states count their spins themselves; models "
        "that turn spins need channels resolved in spin.",
        "Change .options spin=.",
    ),
    "QN316": Code(
        "a lumped element at a dephasing probe",
        "No current enters a dephasing probe at any energy, so it has none to "
        "give to a resistor or source.",
        "Use a voltage probe, `P1 node`.",
    ),
    "QN318": Code(
        "values that make no sweep",
        "A step takes start, stop and step, or lin, dec or oct with a number of "
        "points, or a list, or a file with one column for each name.",
        "`.step Vg -1V 1V 10mV`, `.step B lin 101 0 5T`, `.step N list 1 2 4`.",
    ),
    "QN319": Code(
        "an odd key that does not follow the field",
        "Fluxes, superconducting phases, polarisations and Larmor angles change "
        "their sign under time reversal. The audit turns this one round by "
        "itself, since its value does not depend on B or M. This is a note.",
        "Write it in terms of B, `{B*area/Phi0}`, if it is meant to follow.",
    ),
    "QN340": Code(
        "a length is missing",
        "A phase per length or a decay length is given, and no length to go with it.",
        "Add L= to the card.",
    ),
    "QN341": Code(
        "a quantity is not fixed once",
        "What several keys can fix, the transmission of a barrier or of a point "
        "contact, the splitting of its spins, the phases of links, is fixed by exactly "
        "one of them.",
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
}
