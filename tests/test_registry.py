"""Laws that every registered model obeys, and how models are found."""

import dataclasses
import json

import numpy as np
import pytest
from specimens import VARIANTS, bounds, specimen, specimens, turned_round

from qnet import discovery
from qnet.discovery import analyses, index_file, index_text, models
from qnet.modelling.ensembles import dual
from qnet.registry import Scatterer, both_ways, parameters
from qnet.smatrix import unitarity_defect

NAMES = sorted(set(models()) - {"table"})  # a table needs a file: test_table.py
ENERGIES = np.array([-1e3, -1.0, -0.3, 0.0, 0.2, 1.1, 1e3])
ROUNDING = 1e-13
"""‖S†S - 1‖ that sums of a dozen rounded terms leave."""


@pytest.fixture
def rng():
    return np.random.default_rng(1957)


def port_sum(model, S):
    """Probabilities [out port, in port] from amplitudes."""
    counts = model.channels()
    out = np.repeat(np.arange(len(counts)), [n for _, n in counts])
    in_ = np.repeat(np.arange(len(counts)), [n for n, _ in counts])
    left = (np.arange(len(counts))[:, None] == out).astype(float)
    right = (np.arange(len(counts))[:, None] == in_).astype(float)
    return left @ np.abs(S) ** 2 @ right.T


def of_instance(model, k):
    """The k-th of models that are held in columns (instance, 1)."""
    changes = {
        key.name: value[k]
        for key in parameters(type(model))
        if not key.structural
        and np.ndim(value := getattr(model, key.name)) == 2 + len(key.axes)
        and len(value) > 1
    }
    return dataclasses.replace(model, **changes)


def test_there_are_models():
    assert len(NAMES) >= 14
    assert set(VARIANTS) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_models_offer_what_a_scatterer_is(name, rng):
    for model in specimens(name, rng):
        assert isinstance(model, Scatterer)
        ports = len(model.ports)
        assert len(model.channels()) == ports
        assert model.pattern().shape == (ports, ports)
        pins = models()[name].pins
        assert not pins or any(count <= ports for count in pins)


@pytest.mark.parametrize("name", NAMES)
def test_amplitudes_have_a_row_and_a_column_for_each_channel(name, rng):
    for model in specimens(name, rng):
        size = tuple(np.sum(model.channels(), axis=0)[::-1])
        assert model.smatrix(np.array(0.3)).shape == size
        for batch in [(7,), (1, 1, 7)]:
            S = model.smatrix(ENERGIES.reshape(batch))
            assert S.ndim == len(batch) + 2
            assert np.broadcast_shapes(S.shape[:-2], batch) == batch
            assert S.shape[-2:] == size


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_lost(name, rng):
    for model in specimens(name, rng):
        S = model.smatrix(ENERGIES)
        assert np.max(unitarity_defect(S)) < ROUNDING * max(S.shape[-1], 2)


@pytest.mark.parametrize("name", NAMES)
def test_turning_the_field_round_transposes(name, rng):
    for model in specimens(name, rng):
        S = model.smatrix(ENERGIES)
        turned = turned_round(model).smatrix(ENERGIES)
        if getattr(model, "spinful", False) and hasattr(model, "own_reservoirs"):
            # Spins turn round at the pins; reservoirs inside keep their names.
            pins = 2 * model.channels()[0][0]
            order = np.arange(S.shape[-1])
            order[:pins] ^= 1
            expected = np.swapaxes(np.abs(S), -1, -2)[:, order][..., order]
            np.testing.assert_allclose(np.abs(turned), expected, atol=1e-12)
        elif getattr(model, "spinful", False):
            np.testing.assert_allclose(turned, dual(S), atol=1e-12)
        else:
            np.testing.assert_allclose(turned, np.swapaxes(S, -1, -2), atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_ports_that_do_not_couple_exchange_nothing(name, rng):
    for model in specimens(name, rng):
        T = port_sum(model, model.smatrix(ENERGIES))
        assert np.all(T[..., ~model.pattern()] == 0)


@pytest.mark.parametrize("name", NAMES)
def test_channels_that_do_not_couple_exchange_nothing(name, rng):
    for model in specimens(name, rng):
        if hasattr(model, "coupling"):
            assert np.all(model.smatrix(ENERGIES)[..., ~model.coupling()] == 0)


@pytest.mark.parametrize("name", NAMES)
def test_a_diagonal_model_does_not_mix_channels(name, rng):
    for model in specimens(name, rng):
        if not model.diagonal:
            continue
        out = np.concatenate([np.arange(n) for _, n in model.channels()])
        in_ = np.concatenate([np.arange(n) for n, _ in model.channels()])
        S = model.smatrix(ENERGIES)
        assert np.all(S[..., out[:, None] != in_] == 0)


@pytest.mark.parametrize("name", NAMES)
def test_many_at_once_are_as_one_by_one(name, rng):
    energy = ENERGIES[1:-1]
    for model in specimens(name, rng, batch=(3, 1)):
        together = model.smatrix(energy[None, :])
        for k in range(3):
            alone = of_instance(model, k).smatrix(energy)
            held = together[k if len(together) > 1 else 0]
            np.testing.assert_allclose(*np.broadcast_arrays(held, alone), atol=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_keys_at_the_ends_of_their_range_stay_finite(name, rng):
    for model in specimens(name, rng):
        for key in parameters(type(model)):
            value = getattr(model, key.name)
            if key.kind != "real" or key.structural or value is None:
                continue
            if len(key.axes) == 2:  # no number of its own: a Hamiltonian's part
                continue
            far = 1e6 * max(np.abs(bounds(key)))
            ends = [
                near if near is not None else sign * far
                for near, sign in ((key.low, -1), (key.high, 1))
                if (key.above if sign < 0 else key.below) is None
            ]
            for end in ends:
                held = np.full_like(np.asarray(value, float), end)
                S = dataclasses.replace(model, **{key.name: held}).smatrix(ENERGIES)
                assert np.all(np.isfinite(S)), (key.name, end)
                worst = np.max(unitarity_defect(S))
                assert worst < 1e2 * ROUNDING, (key.name, end, worst)


@pytest.mark.parametrize("name", NAMES)
def test_every_key_says_what_it_is(name):
    cls = models()[name].model
    assert cls.__doc__.count("\n") > 3
    fields = {f.name for f in dataclasses.fields(cls)}
    for key in parameters(cls):
        assert key.doc or key.state, key.name
        assert len(key.doc) < 60
    for changes in models()[name].flags.values():
        assert set(changes) <= fields


@pytest.mark.parametrize("name", NAMES)
def test_composites_connect_their_pins_through_their_parts(name, rng):
    for model in specimens(name, rng):
        if not hasattr(model, "parts"):
            continue
        assert model.parts() == ()
        long = dataclasses.replace(model, L=1e-6, lphi=2e-6, slices=3)
        parts = long.parts()
        assert len({part.suffix for part in parts}) == len(parts) == 7
        nodes = [node for part in parts for node in part.nodes]
        assert nodes.count(0) == nodes.count(1) == 1
        assert all(nodes.count(n) == 2 for n in nodes if isinstance(n, str))
        for part in parts:
            assert np.max(unitarity_defect(part.model.smatrix(ENERGIES))) < ROUNDING


def test_a_count_left_out_is_the_neighbours_choice(rng):
    barrier = models()["barrier"].model(T=0.5)
    assert barrier.channels() == ((None, None), (None, None))
    assert barrier.with_channels(3).channels() == both_ways(3, 2)
    assert specimen("wire", {}, rng).channels() == both_ways(2, 2)


@pytest.mark.parametrize("shelf", ["scatterers", "analyses"])
def test_the_index_is_what_the_modules_register(shelf):
    written = json.loads(index_file(shelf).read_text("utf-8"))
    # A stale index is written anew by `python -m qnet.discovery`.
    assert written == json.loads(index_text(shelf))


def test_names_are_known_without_importing_a_model():
    import subprocess
    import sys

    program = (
        "import sys; from qnet.discovery import analyses, models\n"
        "letters = {entry.letter for entry in models().values()}; analyses()\n"
        "assert {'W', 'B', 'Q'} <= letters\n"
        "loaded = [m for m in sys.modules if m.startswith('qnet.scatterers.')]\n"
        "assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_letters_and_pin_counts_name_one_model():
    seen = {}
    for entry in models().values():
        for pins in entry.pins if entry.letter else ():
            assert seen.setdefault((entry.letter, pins), entry.name) == entry.name
    assert analyses() is not models()


class PlugIn:
    """Stands for an entry point of another package."""

    def __init__(self, name, load):
        self.name, self.load, self.module = name, load, f"strange_{name}"


@pytest.fixture
def plug_in(monkeypatch):
    """Install plug-ins for one test, and forget them."""
    from qnet import registry

    def install(*points):
        found = {"scatterers": points, "analyses": ()}
        monkeypatch.setattr(discovery, "_offered", found.__getitem__)
        monkeypatch.setattr(registry, "_models", dict(registry._models))
        monkeypatch.setattr(registry, "_model_classes", dict(registry._model_classes))
        discovery._load_others.cache_clear()
        return models()

    yield install
    discovery._load_others.cache_clear()


def strange_model(name, letter=""):
    """Loader of a plug-in's module that registers one model."""

    def load():
        from qnet.registry import scatterer

        cls = dataclasses.make_dataclass("Strange", [], frozen=True)
        cls.__module__ = f"strange_{name}"
        scatterer(name, letter=letter)(cls)

    return load


def test_a_plug_in_brings_a_model_and_a_letter(plug_in):
    found = plug_in(PlugIn("magnon", strange_model("magnon", "G")))
    assert (found["magnon"].letter, found["magnon"].pins) == ("G", (2,))
    assert found["magnon"].model.__name__ == "Strange"


def test_a_broken_plug_in_matters_only_when_asked_for(plug_in):
    from qnet.diagnostics import PluginError

    def explode():
        raise ModuleNotFoundError("no module named 'phonons'")

    found = plug_in(PlugIn("phonon", explode))
    assert found["wire"].model.__name__ == "Wire"
    with pytest.raises(PluginError, match="QN902: plug-in 'phonon' cannot be imported"):
        _ = found["phonon"].model


@pytest.mark.parametrize(
    ("name", "letter", "code"), [("wire", "", "QN901"), ("magnon", "W", "QN903")]
)
def test_a_plug_in_may_not_take_what_is_taken(plug_in, name, letter, code):
    from qnet.diagnostics import PluginError

    found = plug_in(PlugIn(name, strange_model(name, letter)))
    with pytest.raises(PluginError, match=f"{code}.*'qnet.scatterers.wire' and") as bad:
        _ = found[name].model
    assert f"strange_{name}" in str(bad.value)
