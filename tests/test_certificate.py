"""Grades of certificates follow the table of thresholds."""

import numpy as np
import pytest

from qnet.certificate import THRESHOLDS, Certificate


@pytest.mark.parametrize("name", sorted(THRESHOLDS))
def test_grades_grow_with_the_defect(name):
    threshold = THRESHOLDS[name]
    assert threshold.silent <= threshold.refused
    assert threshold.grade(0.0) == "good"
    assert threshold.grade(threshold.refused) in ("flagged", "good")
    assert threshold.grade(threshold.refused * 1.01) == "refused"


def test_a_defect_that_is_no_number_is_refused():
    assert Certificate("sum rules", np.array([0.0, np.nan])).grade == "refused"


def test_the_silent_limit_grows_with_the_number_of_channels():
    threshold = THRESHOLDS["composed unitarity"]
    assert threshold.silent_at(100) == pytest.approx(100 * threshold.silent)
    assert threshold.silent_at(10**9) == threshold.refused


def test_the_worst_point_decides():
    certificate = Certificate("current conservation", np.array([0.0, 1e-10, 0.0]))
    assert certificate.worst == 1e-10
    assert certificate.grade == "flagged"
