"""What a long run shows on a screen, and that it shows nothing anywhere else."""

import io
import sys
import time

from qnet import screen


class Screen(io.StringIO):
    def isatty(self):
        return True


def terminal(monkeypatch, untold=0.01):
    """A screen in place of stderr; the suite's own capture begins with the test."""
    shown = Screen()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setattr(screen, "UNTOLD", untold)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return shown


def wait_for(text, shown):
    deadline = time.monotonic() + 30
    while text not in shown.getvalue() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert text in shown.getvalue()


def test_a_long_run_shows_its_points_and_the_time_that_is_left(monkeypatch):
    shown = terminal(monkeypatch)
    with screen.progress(is_wanted=True) as told:
        told(256, 1024)
        wait_for("256/1024", shown)
        told(512, 1024)
        wait_for("512/1024", shown)
        wait_for("left", shown)


def test_a_single_point_that_takes_long_is_shown_as_well(monkeypatch):
    shown = terminal(monkeypatch)
    with screen.progress(is_wanted=True):
        wait_for("gone", shown)


def test_a_short_run_shows_nothing(monkeypatch):
    shown = terminal(monkeypatch, untold=60)
    with screen.progress(is_wanted=True) as told:
        told(1, 2)
    assert shown.getvalue() == ""


def test_nothing_is_shown_unless_it_is_wanted_and_there_is_a_screen(monkeypatch):
    terminal(monkeypatch)
    with screen.progress(is_wanted=False) as told:
        assert told is None
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with screen.progress(is_wanted=True) as told:
        assert told is None
