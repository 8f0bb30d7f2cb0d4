"""QN3xx: values: units, ranges, expressions, sweeps; keys of models."""

from __future__ import annotations

from typing import Final

from qnet.codes.entry import Code

CODES: Final[dict[str, Code]] = {
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
}
