"""Random samples: what is drawn, what is said of it, and when it is enough."""

import numpy as np
import pytest
from scipy import stats

import qnet
from qnet.results import Quantity
from qnet.sampling import statistics

CAVITY = """
T1 a V=1uV
T2 b V=0
S1 a b cavity nch=({n} {n}) beta={beta} seed=1
.mc {samples} seed={seed} {more}
.meas g T(T2,T1)
"""

DRAWS = """
.param x=gauss(0.5,0.1) y=uniform(0,1)
T1 a V=1mV
T2 b V=0
B1 a b T={x}
.mc 1000 seed=11
.meas g T(T2,T1)
.meas drawn x
.meas other y
.meas both x+y
"""


def cavity(n=1, beta=1, samples=600, seed=5, more="", **how):
    text = CAVITY.format(n=n, beta=beta, samples=samples, seed=seed, more=more)
    return qnet.run(text, **how)


@pytest.mark.parametrize(("beta", "power"), [(1, 0.5), (2, 1.0)])
def test_transmissions_of_a_cavity_with_two_channels_are_distributed_as_known(
    beta, power
):
    # R. A. Jalabert, J.-L. Pichard, C. W. J. Beenakker, Europhys. Lett. 27, 255
    # (1994): P(T < x) = x^(beta/2).
    T = cavity(beta=beta).measures["g"].values
    assert stats.kstest(T, lambda x: x**power).pvalue > 1e-4


def test_parameters_are_drawn_afresh_for_each_sample():
    report = qnet.run(DRAWS)
    g, drawn = (report.measures[name].values for name in ("g", "drawn"))
    np.testing.assert_allclose(g, drawn, rtol=1e-12)
    assert len(np.unique(drawn)) == 1000
    assert abs(drawn.mean() - 0.5) < 5 * 0.1 / 1000**0.5
    assert abs(drawn.std() / 0.1 - 1) < 5 / 2000**0.5


def test_a_sample_is_the_same_in_a_longer_run_and_at_every_step():
    short = qnet.run(DRAWS.replace(".mc 1000", ".mc 10")).measures["drawn"].values
    whole = qnet.run(DRAWS).measures["drawn"].values
    assert (whole[:10] == short).all()
    stepped = CAVITY.format(n=2, beta=2, samples=20, seed=5, more="") + (
        ".param k=0\n.step k list 0 1 2\n.meas w g+0*k\n"
    )
    g = qnet.run(stepped).measures["w"]
    assert g.axes == ("sample", "k")
    assert (g.values == cavity(2, 2, 20).measures["g"].values[:, None]).all()


def test_another_seed_gives_other_samples():
    for text in (CAVITY.format(n=1, beta=1, samples=5, seed=11, more=""), DRAWS):
        first, second = (
            qnet.run(text.replace("seed=11", f"seed={seed}")).measures["g"].values
            for seed in (1, 2)
        )
        assert not np.any(first == second)


def test_samples_are_bitwise_equal_with_workers():
    alone, shared = cavity(3), cavity(3, workers=2)
    assert (alone.measures["g"].values == shared.measures["g"].values).all()


def test_the_report_tells_moments_and_correlations():
    report = qnet.run(DRAWS)
    x, y = (report.measures[name].values for name in ("drawn", "other"))
    told = report["mc"]
    assert float(told["mean(drawn)"]) == pytest.approx(x.mean(), rel=1e-12)
    assert float(told["std(drawn)"]) == pytest.approx(x.std(ddof=1), rel=1e-12)
    assert float(told["sem(drawn)"]) == pytest.approx(stats.sem(x), rel=1e-12)
    names = told["correlation"].labels["measure"]
    assert names == ("g", "drawn", "other", "both")
    wanted = np.corrcoef([x, x, y, x + y])
    np.testing.assert_allclose(told["correlation"].values, wanted, atol=1e-12)


def test_quantiles_and_histograms_count_every_sample():
    report = qnet.run(DRAWS)
    y = report.measures["other"].values
    found = report["quantiles"]["other"]
    np.testing.assert_allclose(
        found.values, np.quantile(y, found.labels["probability"])
    )
    assert report["histogram of other"]["samples"].values.sum() == 1000


def test_marked_samples_are_left_out_and_counted():
    x = np.array([1.0, np.nan, 2.0, 6.0])
    moments, quantiles, histogram = statistics(
        {"x": Quantity("x", x, ("sample",), "V")}
    )
    assert float(moments["mean(x)"]) == 3.0
    assert float(moments["std(x)"]) == pytest.approx(7**0.5)
    assert float(moments["sem(x)"]) == pytest.approx((7 / 3) ** 0.5)
    assert quantiles["x"].values[2] == 2.0
    assert histogram["samples"].values.sum() == 3
    assert moments.notes == (
        "4 samples",
        "1 of them have marked points, which are left out",
    )


def test_a_draw_outside_its_bounds_marks_its_sample_alone():
    report = qnet.run(DRAWS.replace("gauss(0.5,0.1)", "gauss(0.5,0.3)"))
    g, x = (report.measures[name].values for name in ("g", "drawn"))
    assert (np.isnan(g) == ((x < 0) | (x > 1))).all()
    assert np.isnan(g).any()


def test_a_run_ends_at_the_wanted_standard_error():
    report = cavity(2, 2, 5000, more="sem=1.5%")
    told = report["mc"]
    assert report.points in {256, 512, 1024, 2048, 4096}
    assert float(told["sem(g)"]) <= 0.015 * float(told["mean(g)"])
    whole = cavity(2, 2, 1024).measures["g"].values
    assert (report.measures["g"].values[:1024] == whole[: report.points]).all()


def test_where_a_run_ends_does_not_depend_on_workers():
    asked = {"more": "sem=2% of=g", "samples": 4000}
    alone, shared = cavity(2, 2, **asked), cavity(2, 2, **asked, workers=2)
    assert alone.points == shared.points < 4000
    assert (alone.measures["g"].values == shared.measures["g"].values).all()


def test_asserts_speak_of_all_samples_and_of_their_mean():
    text = DRAWS + ".assert g > 0\n.assert abs(mean(g) - 0.5) < 5*sem(g)\n"
    assert [v.passed for v in qnet.run(text).asserts] == [True, True]


@pytest.mark.parametrize(
    ("card", "code"),
    [
        (".mc 10 seed=1\n.mc 20 seed=2", "QN202"),
        (".param sample=1\n.mc 10 seed=1", "QN203"),
        (".mc 10", "QN205"),
        (".mc 20000000 seed=1", "QN813"),
    ],
)
def test_what_makes_no_samples_is_refused(card, code):
    with pytest.raises(qnet.QnetError) as refusal:
        qnet.run("T1 a V=1mV\nT2 b V=0\nB1 a b T=0.5\n" + card)
    assert code in {d.code for d in refusal.value.diagnostics}
