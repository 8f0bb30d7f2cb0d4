"""A hundred thousand points, two workers, ten kills with -9: the same bits."""

import pytest

from tests.records.killed_runs import campaign


@pytest.mark.slow
def test_a_run_killed_ten_times_ends_with_the_bits_of_one_undisturbed(tmp_path):
    told = campaign(tmp_path, kills=10, lifetime=1.0, seed=11)
    assert len(told.seconds) == 10
    assert told.finished == sorted(told.finished)
    assert told.finished[-1] > 0
    assert told.twice == []
    assert told.same
    assert not any("error" in text for text in told.complaints)
