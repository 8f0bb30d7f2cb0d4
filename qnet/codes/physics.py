"""QN5xx: physics: S that is not unitary, probes that nothing determines."""

from __future__ import annotations

from typing import Final

from qnet.codes.entry import Code

CODES: Final[dict[str, Code]] = {
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
    "QN527": Code(
        "probabilities where amplitudes are needed",
        "Currents and heat between reservoirs follow from probabilities. Noise, "
        "counting statistics, the density of states and S itself need amplitudes, "
        "which a table with kind=probability does not have.",
        "Give the table as amplitudes, or leave these questions out.",
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
        "Conductances cancel beside a superconductor, or are lost to rounding beside "
        "much larger ones, and a voltage is left undetermined although its node is "
        "connected.",
        "Bring resistances nearer to one another, or hold one more voltage.",
    ),
    "QN535": Code(
        "floating voltages do not converge",
        "Beyond linear response the voltages of floating reservoirs, and the "
        "temperatures of thermal probes, follow from Newton's method; no step brings "
        "the circuit nearer to balance.",
        "Look for a negative differential conductance, start from a smaller bias, or "
        "hold one more voltage.",
    ),
    "QN540": Code(
        "a reservoir is taken as the reference",
        "Nothing in a group of connected reservoirs refers to node 0 or to a fixed "
        "voltage. Only differences of voltage have a meaning there, so the last "
        "terminal of the group is set to 0 V, one without `I=` if there is such a one.",
        "Write V=0 on the terminal that shall be the reference.",
    ),
    "QN550": Code(
        "lever arms that do not sum to one",
        "Beyond linear response levels follow the voltages of `ref=` by their lever "
        "arms. If these do not sum to 1, a voltage common to all terminals moves the "
        "levels against them, and the current with them.",
        "Add the missing arm: that of a gate, or of the ground.",
    ),
    "QN551": Code(
        "a bias beyond the width of fixed levels",
        "The potential inside the device is not solved for. Where eV exceeds the width "
        "of a resonance or of a step, or the energy over which the phase of an "
        "interfering wire turns, its place in energy decides the current, and that "
        "place would follow the voltages in a real device.",
        "Give lever arms `ref=` that sum to 1, or take the answer as that of fixed "
        "levels.",
    ),
    "QN553": Code(
        "a scatterer that loses particles",
        "A card says `lossy`: its S matrix is not meant to be unitary. Unitarity, the "
        "conservation of currents and of noise, the fluctuation-dissipation theorem "
        "and the laws of thermodynamics then fail by what is lost, and are not "
        "audited; noise lacks that of the loss itself.",
        "Describe the loss by one more pin that ends in a terminal, and everything is "
        "audited again.",
    ),
    "QN554": Code(
        "phases of a table that turn from one energy to the next",
        "Amplitudes of a table are read at the nearest grid point. Where their phases "
        "turn by more than one radian from one energy to the next, either the grid is "
        "too coarse, or whoever made the table left the phases of the modes to chance. "
        "Between reservoirs this does no harm; at a joint with another scatterer the "
        "answer jumps half-way between the points, and a loop means nothing.",
        "Tabulate a finer grid with phases that follow the energy; or put a dephasing "
        "probe at the joint.",
    ),
    "QN555": Code(
        "a channel that opens inside a table",
        "At some energy of the table the number of open channels changes. Just below "
        "its threshold a channel still reaches to the next scatterer as a wave that "
        "decays slowly, and just above it carries little: joining S matrices there is "
        "off by 1e-3 to 3e-2.",
        "Join scatterers where no channel is close to its threshold, or make the lead "
        "between them part of one of them.",
    ),
    "QN556": Code(
        "a table with coarse steps",
        "Amplitudes of a table are read at the nearest grid point, so that answers "
        "have steps half-way between its energies. Here a probability changes by more "
        "than a tenth from one energy to the next.",
        "Tabulate a finer grid; between reservoirs kind=probability draws straight "
        "lines instead.",
    ),
    "QN557": Code(
        "differences of temperature at zero temperature",
        "To first order, what a difference of temperature drives is proportional to "
        "the temperature itself: at `.temp 0K` nothing. The currents of a warm contact "
        "in a cold device are of second order.",
        "Give the temperature around which differences are small, `.temp 50mK`, or "
        "write `.options response=full`.",
    ),
    "QN558": Code(
        "a terminal that touches nothing",
        "No scatterer and no lumped element ends at the node of this terminal, so that "
        "no current flows through it: most often the node is misspelt. This is a note.",
        "Correct the node, or leave the terminal out.",
    ),
    "QN559": Code(
        "two times of flight on one card",
        "The phase of a wire grows with energy by L/v and by `tau`; with "
        "both keys the two add. This is a note.",
        "Give one of them, unless their sum is meant.",
    ),
    "QN560": Code(
        "cold voltages coincide under a higher cumulant",
        "At zero temperature the third and fourth cumulant with a floating voltage "
        "are derivatives of an action that has a kink where two Fermi edges cross.",
        "Set a finite `.temp`; the first two cumulants need none.",
    ),
    "QN561": Code(
        "a distribution of counts whose probes cannot be followed",
        "A probability of n electrons needs finite counting fields, at which floating "
        "voltages and the occupations of dephasing probes are complex. They are "
        "continued from their mean values. Where scattering depends on energy it is "
        "known at real energies alone: a voltage may stray from them by π k_BT, a "
        "cold one not at all. A branch of the generating function ends them as well.",
        "Set a higher `.temp`, or count for a longer time, which needs smaller "
        "fields; cumulants need none.",
    ),
    "QN562": Code(
        "charge counted beside a thermal probe",
        "The temperature of a thermal probe fluctuates with the heat it takes up. "
        "Counting statistics follows voltages and dephasing, not temperatures.",
        "Use `.noise`, which follows temperatures, or another type of probe.",
    ),
    "QN563": Code(
        "charge counted beside a superconductor",
        "Counting statistics is that of electrons between normal reservoirs; Andreev "
        "reflection transfers pairs.",
        "Use `.noise`, which holds for superconducting terminals as well.",
    ),
    "QN564": Code(
        "charge counted where the voltage floats",
        "A reservoir that floats takes up no charge on the long run: there is nothing "
        "to count. One that a current drives takes up what is driven, exactly.",
        "Count the electrons of a reservoir whose voltage is held.",
    ),
    "QN565": Code(
        "noise of a thermal probe beside a superconductor",
        "A thermal probe answers fluctuations of heat with its temperature. Beside a "
        "condensate the heat that electrons and holes bring at random is not followed; "
        "mean currents, heat and the temperature of the probe are.",
        "Use a voltage or dephasing probe, or `.noise probes=frozen`.",
    ),
    "QN541": Code(
        "a resonance so narrow that rounding shows",
        "Waves that go round a loop come back almost unchanged, and the equations that "
        "join the scatterers have a condition number above 1e10. The loop named "
        "is that of the first such point of a sweep.",
        "Check that such a narrow resonance is meant; a little leakage, or a probe, "
        "makes it a real device.",
    ),
    "QN542": Code(
        "a decoupled internal state",
        "A wave goes round a loop and never leaves: a bound state that no reservoir "
        "sees. S between the reservoirs is finite and unitary all the same, and the "
        "minimum-norm solution gives it. The loop named is that of the first "
        "such point of a sweep.",
        "Nothing need be done; the answer stands.",
    ),
    "QN543": Code(
        "a scattering matrix is not finite",
        "A model gave infinity or no number at some points, which are left out.",
        "Look at the parameters there: a division by zero, or a range that is left.",
    ),
    "QN544": Code(
        "a resistance between superconductors",
        "Superconductors of one netlist are at one voltage, and a current between them "
        "needs none: the Josephson current, of which nothing is computed.",
        "Measure from a normal terminal to a superconductor, or between normal ones.",
    ),
    "QN545": Code(
        "a certificate is refused",
        "A defect of the equations (S†S - 1, the residual of the circuit, the sum of "
        "all currents, the error of an energy integral) is above the limit up to which "
        "an answer is given: the numbers of that point are withheld.",
        "Look at the certificate of the point beside it; move a parameter off the "
        "exact degeneracy, or ask for a coarser `tol`.",
    ),
    "QN546": Code(
        "a certificate is flagged",
        "A defect is above what rounding explains, and below the limit at which the "
        "answer is withheld: some digits are lost.",
        "Trust fewer digits; with --strict such a run ends with code 1.",
    ),
}
