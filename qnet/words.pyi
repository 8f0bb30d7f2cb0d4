"""Written by `make docs` from the registry; see `qnet.editors.stubs`."""

from typing import Self

from qnet.spelling import Spellable

class Words:
    """Methods that are found in the registry."""

    def B(
        self,
        name: str,
        /,
        *items: Spellable,
        N: Spellable = ...,
        T: Spellable = ...,
        R: Spellable = ...,
        Z: Spellable = ...,
        Tn: Spellable = ...,
        phase: Spellable = ...,
        ref: Spellable = ...,
        **keys: Spellable,
    ) -> Self:
        """Barrier of fixed transmission, the same at every energy.

        Card `B1` or `S1 … barrier` with 2 nodes.

             left  ───┃───  right

            t = i√T e^(iϕ),     r = √(1-T) e^(iϕ),

        with T given channel by channel (`Tn`), or for all (`T`, or R = 1 - T, or the
        strength Z of Blonder, Tinkham and Klapwijk, T = 1/(1 + Z²)).

        References
        ----------
        R. Landauer, IBM J. Res. Dev. 1, 223 (1957).
        G. E. Blonder, M. Tinkham and T. M. Klapwijk, Phys. Rev. B 25, 4515 (1982).

        Beam splitter; between edge channels, a quantum point contact.

        Card `B1` or `S1 … splitter` with 4 nodes.

             1 ───╲ ╱─── 3
                   ╳
             2 ───╱ ╲─── 4

        Waves pass from 1, 2 to 3, 4 and back, and are never reflected:

            (b_3; b_4) = e^(iϕ)
            (√T, i√R; i√R, √T)
            (a_1; a_2),

        and the same from 3, 4 to 1, 2. Between edge channels only one of the two blocks is
        fed; the other one does not exist.

        References
        ----------
        M. Büttiker, Phys. Rev. B 46, 12485 (1992).
        Y. Ji et al., Nature 422, 415 (2003).

        Keys
        ----
        N : channels
        T : transmission probability
        R : reflection probability
        Z : strength, T = 1/(1 + Z²)
        Tn : transmission of each channel
        phase : common phase of all amplitudes (rad)
        ref : lever arms
        """

    def C(
        self,
        name: str,
        /,
        *items: Spellable,
        **keys: Spellable,
    ) -> Self:
        """Capacitor `C1 n1 n2 1p` between reservoirs: carries no steady current."""

    def D(
        self,
        name: str,
        /,
        *items: Spellable,
        E0: Spellable = ...,
        GL: Spellable = ...,
        GR: Spellable = ...,
        signs: Spellable = ...,
        ref: Spellable = ...,
        **keys: Spellable,
    ) -> Self:
        """Breit-Wigner levels between one channel on each side.

        Card `D1` or `S1 … dot` with 2 nodes.

             left  ──┆ ═ ┆──  right

            S = 1 - 2π i  W^† (E - H + iπ W W^†)^(-1) W,
            W_j = (√(Γ^L_j/2π),  s_j√(Γ^R_j/2π)),

        for one level t = -i√(Γ_LΓ_R)/(E - E_0 + iΓ/2). Lists
        give several levels; `signs` are the relative parities s_j of their wave
        functions, and decide whether t vanishes between them.

        References
        ----------
        G. Breit and E. Wigner, Phys. Rev. 49, 519 (1936).
        H.-W. Lee, Phys. Rev. Lett. 82, 2358 (1999).
        A. Silva, Y. Oreg and Y. Gefen, Phys. Rev. B 66, 195316 (2002).

        Keys
        ----
        E0 : energies of the levels (eV)
        GL : widths to the left (eV)
        GR : widths to the right (eV)
        signs : relative parities
        ref : lever arms
        """

    def E(
        self,
        name: str,
        /,
        *items: Spellable,
        nu: Spellable = ...,
        phase: Spellable = ...,
        flux: Spellable = ...,
        L: Spellable = ...,
        v: Spellable = ...,
        lphi: Spellable = ...,
        leq: Spellable = ...,
        slices: Spellable = ...,
        anomalous: bool = ...,
        forward: bool = ...,
        **keys: Spellable,
    ) -> Self:
        """Edge channels that run one way: for B > 0 from the first pin to the second.

        Card `E1` or `S1 … edge` with 2 nodes.

             source  ═══▶═══  drain

            s = e^(i(ϕ + E L/ħ v + 2πΦ/Φ_0))

        in each of `nu` channels. The field turned round turns the edge round; with the
        flag ``anomalous`` the magnetization does. Phase is lost over `lphi`, channel by
        channel and ``forward``, as it cannot be otherwise; over `leq` the channels come to
        one distribution.

        References
        ----------
        M. Büttiker, Phys. Rev. B 38, 9375 (1988).

        Keys
        ----
        nu : edge channels
        phase : phase of each channel (rad)
        flux : Aharonov-Bohm flux (Phi0)
        L : length (m)
        v : velocity: phase E L/ħv (m/s)
        lphi : decay length of coherent probability (m)
        leq : equilibration length between the channels (m)
        slices : probes along the edge
        anomalous : flag: its sense follows the magnetization
        forward : flag: what it is anyway
        """

    def H(
        self,
        name: str,
        /,
        *items: Spellable,
        G: Spellable = ...,
        L: Spellable = ...,
        lphi: Spellable = ...,
        slices: Spellable = ...,
        forward: bool = ...,
        randomise: bool = ...,
        **keys: Spellable,
    ) -> Self:
        """Two channels that run against each other with opposite spins.

        Card `H1` or `S1 … helical` with 2 nodes.

             left  ──↑──▶  right
                   ◀──↓──

            t = √(1-G),     r = i√G

        with G the probability of scattering back, zero as long as time reversal protects
        the pair. With `lphi` each direction loses its phase to a probe of its own, and the
        conductance stays (``forward``); with the flag ``randomise`` the probe is shared,
        flips spins, and the pair gains a resistance. Both partners are counted: one channel
        in and one out at each end.

        References
        ----------
        A. Roth et al., Science 325, 294 (2009).

        Keys
        ----
        G : backscattering probability (0)
        L : length (m)
        lphi : decay length of coherent probability (m)
        slices : dephasing probes
        forward : flag: probes flip spins, too
        randomise : flag: probes flip spins, too
        """

    def I(
        self,
        name: str,
        /,
        *items: Spellable,
        **keys: Spellable,
    ) -> Self:
        """Current source `I1 n+ n- 1nA`: the current flows from n+ to n- through it."""

    def P(
        self,
        name: str,
        /,
        *items: Spellable,
        type: Spellable = ...,
        temp: Spellable = ...,
        N: Spellable = ...,
        eps: Spellable = ...,
        mix: Spellable = ...,
        forward: bool = ...,
        **keys: Spellable,
    ) -> Self:
        """Probe `P1 node type=voltage`: a reservoir meant to float; with two nodes it is in line with a wire and leaks eps of each channel.

        Probe that takes part of what passes, and gives it back without its phase.

        Card `P1` or `S1 … probe` with 2 nodes.

                     (P)
                      │
             left  ───┴───  right

        Each passing channel leaks with probability ε into a reservoir:

            (b_out; b_P) =
            (√(1-ε), √ε;
            √ε, -√(1-ε))
            (a_in; a_P)

        once for left to right and once for right to left. One reservoir for both directions
        re-emits both ways and so randomises momentum; with the flag ``forward`` each
        direction has its own. ``mix=0`` gives each channel its own, and each spin in a
        spin-resolved circuit.

        References
        ----------
        M. Büttiker, Phys. Rev. B 33, 3020 (1986); IBM J. Res. Dev. 32, 63 (1988).
        J. L. D'Amato and H. M. Pastawski, Phys. Rev. B 41, 7411 (1990).

        Keys
        ----
        type : what it keeps at zero: current, heat as well, current at each energy
        temp : temperature, else .temp (K)
        N : channels (1 with mix=0)
        eps : probability to leak, each passage
        mix : 0: a reservoir per channel
        forward : flag: each direction has a reservoir
        """

    def Q(
        self,
        name: str,
        /,
        *items: Spellable,
        N: Spellable = ...,
        V0: Spellable = ...,
        hwx: Spellable = ...,
        hwy: Spellable = ...,
        Tn: Spellable = ...,
        mass: Spellable = ...,
        taper: Spellable = ...,
        wide: Spellable = ...,
        aspect: Spellable = ...,
        gfactor: Spellable = ...,
        EZ: Spellable = ...,
        axis: Spellable = ...,
        ref: Spellable = ...,
        abrupt: bool = ...,
        **keys: Spellable,
    ) -> Self:
        """Saddle-point constriction between two leads.

        Card `Q1` or `S1 … qpc` with 2 nodes.

             left  ═════  )(  ═════  right

        With ε_n = (E - V_0 - ħω_y(n + 1/2))/ħω_x
        channel n passes with

            t_n = (e^(iχ))/(√(1 + e^(-2πε_n))),
            r_n = (-i e^(iχ))/(√(1 + e^(2πε_n))),
            χ = εln|ε| - ε
            - argΓ(½ + iε),

        phases counted from the turning points. ``hwx=0`` is a sharp step. With `mass` the
        field of the netlist bends the orbits: ħω_y → E_2 and
        ħω_x → 2E_1 of Fertig and Halperin. `Tn` gives the transmissions
        themselves instead.

        Hard walls have subbands at V_0 + n^2 ħω_y, n = 1, 2, …: with
        `taper`, the radius of their curvature over the width of the neck, adiabatic,

            T_n = [1 + e^(-π^2 z_n√(2R/d))]^(-1),
            z_n = √((E - V_0)/ħω_y) - n,

        or with the flag ``abrupt`` a channel `aspect` widths long between leads `wide`
        times as wide, whose N modes it mixes.

        With resolved spins, `gfactor` or `EZ` splits every step: spin
        σ = ± 1 along `axis` meets a saddle higher by
        σ E_Z/2, E_Z = gµ_B B, odd in the field.

        References
        ----------
        M. Büttiker, Phys. Rev. B 41, 7906 (1990); its ε is twice this one.
        H. A. Fertig and B. I. Halperin, Phys. Rev. B 36, 7969 (1987).
        K. W. Ford, D. L. Hill, M. Wakano and J. A. Wheeler, Ann. Phys. 7, 239 (1959).
        L. I. Glazman, G. B. Lesovik, D. E. Khmelnitskii and R. I. Shekhter, JETP Lett. 48,
        238 (1988).
        A. Szafer and A. D. Stone, Phys. Rev. Lett. 62, 300 (1989).

        Keys
        ----
        N : channels
        V0 : height of the saddle (eV)
        hwx : curvature along the flow (eV)
        hwy : curvature across the flow (eV)
        Tn : transmission of each channel
        mass : effective mass in electron masses, for a field
        taper : radius of the walls over the width of the neck
        wide : width of the leads (abrupt)
        aspect : length over width (abrupt)
        gfactor : splits the spins by g µB B
        EZ : distance of the spins' steps, up minus down (eV)
        axis : direction of `gfactor` and `EZ`
        ref : lever arms
        abrupt : flag: hard walls with sharp corners
        """

    def R(
        self,
        name: str,
        /,
        *items: Spellable,
        temp: Spellable = ...,
        **keys: Spellable,
    ) -> Self:
        """Resistor `R1 n1 n2 10k` between reservoirs; temp= for its noise.

        Keys
        ----
        temp : for its noise, else .temp (K)
        """

    def S(
        self,
        name: str,
        /,
        *items: Spellable,
        N: Spellable = ...,
        E1: Spellable = ...,
        E2: Spellable = ...,
        ref: Spellable = ...,
        nch: Spellable = ...,
        beta: Spellable = ...,
        seed: Spellable = ...,
        contacts: Spellable = ...,
        Z: Spellable = ...,
        L: Spellable = ...,
        l: Spellable = ...,
        slices: Spellable = ...,
        V0: Spellable = ...,
        a: Spellable = ...,
        mass: Spellable = ...,
        bottom: Spellable = ...,
        Tup: Spellable = ...,
        Tdn: Spellable = ...,
        axis: Spellable = ...,
        H: Spellable = ...,
        A: Spellable = ...,
        W: Spellable = ...,
        direct: Spellable = ...,
        unit: Spellable = ...,
        blocks: Spellable = ...,
        G: Spellable = ...,
        EM: Spellable = ...,
        S: Spellable = ...,
        reverse: Spellable = ...,
        x: Spellable = ...,
        phases: Spellable = ...,
        angle: Spellable = ...,
        alpha: Spellable = ...,
        d: Spellable = ...,
        width: Spellable = ...,
        length: Spellable = ...,
        t: Spellable = ...,
        disorder: Spellable = ...,
        file: Spellable = ...,
        key: Spellable = ...,
        Eunit: Spellable = ...,
        Bunit: Spellable = ...,
        minus: Spellable = ...,
        kind: Spellable = ...,
        phase: Spellable = ...,
        lossy: bool = ...,
        **keys: Spellable,
    ) -> Self:
        """Any scatterer by its model: `S1 n1 n2 … model key=value`.

        Keys
        ----
        N : channels
        E1 : lower end of the window (eV)
        E2 : upper end of the window (eV)
        ref : lever arms
        nch : channels per pin
        beta : 1, 2 or 4
        seed : whole number that fixes the cavity
        contacts : transmission of each contact
        Z : strength; its sign tells a barrier from a well
        L : length (m)
        l : mean free path of the isotropic model (m)
        slices : scatterers in series
        V0 : height; negative for a well (eV)
        a : width (m)
        mass : effective mass in electron masses
        bottom : bottom of the band (eV)
        Tup : transmission of spin along the axis
        Tdn : transmission of spin against it
        axis : magnetization
        H : levels, in `unit`
        A : part odd in the field, per tesla, in `unit`
        W : couplings, in the root of `unit`
        direct : direct path past the levels
        unit : energy that H, A and W count in (eV)
        blocks : groups of pins that do not couple
        G : width to each lead (eV)
        EM : splitting, half the distance of the pair (eV)
        S : amplitudes
        reverse : what a reversed field does
        x : energy from the transition
        phases : phases of the links behind 3 and 4 (rad)
        angle : angle of rotation (rad)
        alpha : Rashba parameter (eV m)
        d : length (m)
        width : width (m)
        length : length (m)
        t : hopping (eV)
        disorder : spread of the site energies (eV)
        file : .npz, .csv or Touchstone .sNp
        key : prefix of the arrays' names
        Eunit : energy that E counts in (eV)
        Bunit : field that B counts in (T)
        minus : prefix of the data for -B
        kind : what is read between grid points
        phase : phase of the reflected wave (rad)
        lossy : flag: S is meant not to be unitary
        """

    def T(
        self,
        name: str,
        /,
        *items: Spellable,
        V: Spellable = ...,
        I: Spellable = ...,
        temp: Spellable = ...,
        type: Spellable = ...,
        Delta: Spellable = ...,
        phase: Spellable = ...,
        pol: Spellable = ...,
        axis: Spellable = ...,
        absorb: Spellable = ...,
        **keys: Spellable,
    ) -> Self:
        """Terminal `T1 node V= I= temp=`: an ohmic contact; floats without V= and I=.

        Keys
        ----
        V : voltage that it holds (V)
        I : current that it drives into the device (A)
        temp : temperature, else .temp (K)
        type : normal, or not
        Delta : gap of a superconductor (eV)
        phase : phase of a superconductor (rad)
        pol : spin polarisation
        axis : direction of the polarisation
        absorb : probability that it absorbs what a chiral edge brings
        """

    def V(
        self,
        name: str,
        /,
        *items: Spellable,
        **keys: Spellable,
    ) -> Self:
        """Voltage source `V1 n+ n- 1mV` between reservoirs."""

    def W(
        self,
        name: str,
        /,
        *items: Spellable,
        N: Spellable = ...,
        phi: Spellable = ...,
        k: Spellable = ...,
        L: Spellable = ...,
        v: Spellable = ...,
        tau: Spellable = ...,
        flux: Spellable = ...,
        lphi: Spellable = ...,
        slices: Spellable = ...,
        forward: bool = ...,
        randomise: bool = ...,
        **keys: Spellable,
    ) -> Self:
        """Coherent wire.

        Card `W1` or `S1 … wire` with 2 nodes.

             left  ────────  right

        A wave gathers

            φ = ϕ + kL + (E L)/(ħ v) + (E τ)/(ħ)

        either way, and ± 2πΦ/Φ_0 from the vector potential, plus from
        left to right. With `lphi` the wire has `slices` dephasing probes: each direction
        its own, which re-emit onward (``forward``), so that phase is lost and no momentum;
        with the flag ``randomise`` they re-emit both ways and the wire gains a resistance.

        References
        ----------
        Y. Aharonov and D. Bohm, Phys. Rev. 115, 485 (1959).
        M. Büttiker, Phys. Rev. B 33, 3020 (1986).

        Keys
        ----
        N : channels (1 with lphi)
        phi : phase either way (rad)
        k : wave number (1/m)
        L : length (m)
        v : velocity: phase E L/ħv (m/s)
        tau : time of flight: phase E tau/ħ (s)
        flux : Aharonov-Bohm flux (Phi0)
        lphi : decay length of coherent probability (m)
        slices : dephasing probes
        forward : flag: probes scatter back, too
        randomise : flag: probes scatter back, too
        """

    def X(
        self,
        name: str,
        /,
        *items: Spellable,
        **keys: Spellable,
    ) -> Self:
        """Instance of a subcircuit: `X1 n1 n2 … name key=value`."""

    def Y(
        self,
        name: str,
        /,
        *items: Spellable,
        N: Spellable = ...,
        eps: Spellable = ...,
        sym: Spellable = ...,
        **keys: Spellable,
    ) -> Self:
        """Junction of a stem and two equal arms.

        Card `Y1` or `S1 … junction` with 3 nodes.

                       ╱── arm
             stem ────┤
                       ╲── arm

            S = (-(a+b), √ε, √ε;
            √ε, a, b; √ε, b, a),
            a = ½(c-1),  b = ½(c+1),  c = ±√(1-2ε).

        The coupling ε runs from 0 (the stem is cut off) to 1/2 (it reflects nothing);
        ε = 4/9 is the symmetric junction.

        References
        ----------
        M. Büttiker, Y. Imry and M. Ya. Azbel, Phys. Rev. A 30, 1982 (1984).

        Keys
        ----
        N : channels
        eps : probability from the stem to an arm
        sym : sign of c: +1 or -1
        """

    def dc(
        self,
        *items: Spellable,
        **keys: Spellable,
    ) -> Self:
        """Sweep sources: current, voltage and heat at every terminal, and dI/dV.

        ``.dc SRC start stop step [SRC2 …]`` sweeps the value of a V, I or T card, the
        voltage of a P; several nest, the first outermost. Answers are energy by energy at
        the full voltages, floating reservoirs found by Newton's method. The potential of
        the device itself is not solved for: levels stay where the netlist puts them, or
        follow their lever arms ``ref=``.
        """

    def gmatrix(
        self,
        *items: Spellable,
        **keys: Spellable,
    ) -> Self:
        """Büttiker conductance matrix, in e²/h.

        That between the contacts, with all probes following, and the full one between all
        reservoirs. Rows: the current's terminal; columns: the voltage's.
        """

    def smatrix(
        self,
        *items: Spellable,
        **keys: Spellable,
    ) -> Self:
        """Scattering matrix between the channels of all reservoirs, island by island."""

    def tmatrix(
        self,
        *items: Spellable,
        **keys: Spellable,
    ) -> Self:
        """Transmission probabilities between reservoirs, summed over channels."""

    def mc(
        self,
        *items: Spellable,
        samples: Spellable = ...,
        seed: Spellable = ...,
        sem: Spellable = ...,
        of: Spellable = ...,
        **keys: Spellable,
    ) -> Self:
        """Repeat the netlist with fresh ``gauss``, ``uniform`` and random scatterers.

        ``.mc N seed=1`` adds an axis ``sample`` in front of the steps. Measures, tables
        and asserts are evaluated at every sample; ``mean(x, along=sample)``, ``std`` and
        ``sem`` of expressions reduce over them. The report adds mean, standard deviation,
        standard error, quantiles, histogram and correlations of every measure that differs
        from sample to sample. A sample depends on the seed and its own index alone: it is
        the same at every step, at the reversed field, and in a longer run.

        With ``sem=`` the run ends early, once the standard error of every such measure, or
        of the one that ``of=`` names, is at most this share of its mean, at every step.

        Keys
        ----
        samples : how many, at most
        seed : whole number that fixes all draws
        sem : wanted standard error over mean; 0: all samples
        of : measure whose standard error is meant
        """

    def noise(
        self,
        *items: Spellable,
        probes: Spellable = ...,
        **keys: Spellable,
    ) -> Self:
        """Correlations of terminal currents, Fano factors, noise of floating voltages.

        One-sided spectral densities at zero frequency, S_ab = 2 ∫dt ⟨ΔI_a(t) ΔI_b(0)⟩: 4
        k_BT G in equilibrium, 2e|I| for independent electrons. Floating probes follow the
        fluctuations, or are held at their mean voltage with ``probes=frozen``.

        Keys
        ----
        probes : whether floating voltages follow the fluctuations
        """

    def op(
        self,
        *items: Spellable,
        **keys: Spellable,
    ) -> Self:
        """Voltages, temperatures and currents at the netlist's own sources.

        Currents are positive into the device; those of lumped elements flow from the
        first node to the second.
        """

    def reciprocity(
        self,
        *items: Spellable,
        **keys: Spellable,
    ) -> Self:
        """G_ab(B) against G_ba(-B), and every R_ij,kl(B) against R_kl,ij(-B).

        The netlist is evaluated again with field, magnetization and all odd keys turned
        round; L is the matrix of charge and heat. Defects are relative to the largest
        entry. The audit speaks of linear response: beyond it, current need not be even in
        the field (D. Sánchez and M. Büttiker, Phys. Rev. Lett. 93, 106802 (2004)).
        """

    def spectrum(
        self,
        *items: Spellable,
        start: Spellable = ...,
        stop: Spellable = ...,
        points: Spellable = ...,
        **keys: Spellable,
    ) -> Self:
        """T_ab(E), the density of states, and the eigenchannels between two terminals.

        The density of states is that of the Wigner-Smith matrix, summed over all coherent
        islands, without spin factor.

        Keys
        ----
        start : first energy (eV)
        stop : last energy (eV)
        points : number of energies
        """

    def fcs(
        self,
        *items: Spellable,
        order: Spellable = ...,
        time: Spellable = ...,
        **keys: Spellable,
    ) -> Self:
        """Cumulants of the charge that flows into the device at one terminal.

        ``.fcs T1 order=4``: per second, in units of e, positive like the current: C1 = I/e
        and S = 2e² C2. Normalized ones are divided by the first and count along the mean
        current, whatever its sign: the second is the Fano factor. ``time=`` asks for the
        distribution P(n) of the electrons transferred in that time as well. Always beyond
        linear response; floating and dephasing probes answer at the saddle point, which
        holds for times long enough that many electrons pass.

        Keys
        ----
        order : highest cumulant
        time : how long is counted, for P(n) (s)
        """

    def thermo(
        self,
        *items: Spellable,
        **keys: Spellable,
    ) -> Self:
        """Linear charge and heat response between two terminals, all others floating.

        Conductance, Seebeck and Peltier coefficients, thermal conductance at zero current,
        Lorenz ratio in units of (π²/3)(k_B/e)² and ZT; and the Onsager matrices of all
        reservoirs, I = L_IV V + L_IT ΔT/T and J = L_JV V + L_JT ΔT/T.
        """

    def include(
        self,
        *items: Spellable,
        **keys: Spellable,
    ) -> Self:
        """`.include "file"`: reads a file that lies beside the netlist or below."""

    def lib(
        self,
        *items: Spellable,
        **keys: Spellable,
    ) -> Self:
        """`.lib "file" section` … `.endl`: reads one section of a file."""

    def global_(
        self,
        *items: Spellable,
        **keys: Spellable,
    ) -> Self:
        """`.global node…`: nodes that subcircuits share."""

    def temp(
        self,
        *items: Spellable,
        **keys: Spellable,
    ) -> Self:
        """`.temp 50mK`: temperature of every reservoir that names none (0 K)."""

    def fermi(
        self,
        *items: Spellable,
        **keys: Spellable,
    ) -> Self:
        """`.fermi 10meV`: Fermi energy, EF in expressions (0)."""

    def field(
        self,
        *items: Spellable,
        **keys: Spellable,
    ) -> Self:
        """`.field 5T`: magnetic field, B in expressions (0)."""

    def magnetization(
        self,
        *items: Spellable,
        **keys: Spellable,
    ) -> Self:
        """`.magnetization 1`: M in expressions, for anomalous edges (1)."""

    def options(
        self,
        *items: Spellable,
        **keys: Spellable,
    ) -> Self:
        """`.options spin=1 response=linear`: spin 1, 2 or full; response linear or full; tolerances."""

    def meas(
        self,
        *items: Spellable,
        **keys: Spellable,
    ) -> Self:
        """`.meas name expression`, `.meas name max expression`, `.meas name find expression at=value`: a named result with its unit."""

    def print(
        self,
        *items: Spellable,
        **keys: Spellable,
    ) -> Self:
        """`.print expression …`: a table."""

    def save(
        self,
        *items: Spellable,
        **keys: Spellable,
    ) -> Self:
        """`.save expression …`: what a result file keeps besides measures."""

    def plot(
        self,
        *items: Spellable,
        **keys: Spellable,
    ) -> Self:
        """`.plot expression … [vs X]`: a figure, for `qnet plot`."""

    def check(
        self,
        *items: Spellable,
        **keys: Spellable,
    ) -> Self:
        """`.check onsager unitarity kcl sumrules fdt waves [off]`: the audits."""
