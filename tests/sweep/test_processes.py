"""Work shared among processes: answered once, whoever dies on the way."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from qnet.sweep.processes import Lost, on_executor
from qnet.sweep.processes import Workers as ReadyWorkers


def Workers(count):
    """Workers for work that has nothing to load."""
    return ReadyWorkers(count, rehearsal="")


def square(number):
    return str(number**2).encode()


def die_at_three(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return square(number)


def refuse_three(number):
    if number == 3:
        raise ValueError("three")
    return square(number)


class DiesOnce:
    """Work that kills its first worker; a file remembers that it did."""

    def __init__(self, trace):
        self.trace = trace

    def __call__(self, number):
        if number == 2 and not self.trace.exists():
            self.trace.write_text("dead")
            os.kill(os.getpid(), signal.SIGKILL)
        return square(number)


def on_processes(work, numbers, count):
    """Answers of processes that are started for them."""
    with Workers(count) as workers:
        yield from workers.outcomes(work, numbers)


def squares(numbers):
    return {n: square(n) for n in numbers}


@pytest.mark.parametrize("count", [1, 2, 3])
def test_every_number_is_answered_once(count):
    found = list(on_processes(square, range(7), count))
    assert sorted(n for n, _ in found) == list(range(7))
    assert dict(found) == squares(range(7))


def test_the_number_of_a_dead_worker_is_done_by_another(tmp_path):
    found = dict(on_processes(DiesOnce(tmp_path / "trace"), range(5), 2))
    assert found == squares(range(5))


def test_a_number_that_kills_every_worker_is_lost_after_three_tries():
    found = dict(on_processes(die_at_three, range(6), 2))
    assert found.pop(3) == Lost(3)
    assert found == squares([0, 1, 2, 4, 5])


def test_an_exception_in_a_worker_is_raised_here():
    with pytest.raises(ValueError, match="three"):
        list(on_processes(refuse_three, range(6), 2))


def test_workers_are_gone_when_the_answers_are_not_wanted_any_more():
    answers = on_processes(square, range(100), 2)
    next(answers)
    answers.close()
    assert _children() == []


def test_workers_stay_for_the_next_work():
    with Workers(2) as workers:
        first = dict(workers.outcomes(own_pid, range(6)))
        second = dict(workers.outcomes(other_pid, range(6)))
        assert set(first.values()) >= set(second.values())
        assert len(set(first.values())) <= 2
    assert _children() == []


def test_who_dies_idle_is_replaced_and_no_number_is_blamed():
    with Workers(2) as workers:
        pids = {int(pid) for pid in dict(workers.outcomes(own_pid, range(4))).values()}
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        assert dict(workers.outcomes(square, range(5))) == squares(range(5))


def test_work_that_is_not_wanted_any_more_does_not_disturb_the_next():
    with Workers(2) as workers:
        answers = workers.outcomes(square, range(100))
        next(answers)
        answers.close()
        assert dict(workers.outcomes(own_pid, range(3))).keys() == {0, 1, 2}


def own_pid(_number):
    return str(os.getpid()).encode()


def other_pid(_number):
    return own_pid(_number)


def test_threads_share_work_as_well():
    with ThreadPoolExecutor(3) as executor:
        assert dict(on_executor(square, range(200), executor)) == squares(range(200))


class GivesUp(Executor):
    """An executor whose workers all die, as a cluster reports it."""

    def submit(self, work, number):
        class KilledWorker(Exception):
            pass

        future = Future()
        future.set_exception(KilledWorker())
        return future


def test_what_a_cluster_gives_up_is_lost():
    assert dict(on_executor(square, [4], GivesUp())) == {4: Lost(3)}


PARENT = """
import os, sys, time
from qnet.sweep.processes import Workers
from tests.sweep.test_processes import slow
if __name__ == "__main__":
    with Workers(2, rehearsal='') as workers:
        for _ in workers.outcomes(slow, range(10)):
            print("begun", flush=True)
"""


def slow(number):
    if number >= 2:
        Path(os.environ["TRACE"], str(os.getpid())).touch()
        time.sleep(60)
    return b""


def test_workers_notice_that_their_parent_is_dead(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "TRACE": str(tmp_path), "PYTHONPATH": root}
    parent = subprocess.Popen(
        [sys.executable, script], env=environment, stdout=subprocess.PIPE
    )
    with parent:
        parent.stdout.readline()
        workers = _wait_for(lambda: [p.name for p in tmp_path.iterdir() if p != script])
        parent.kill()
    assert _wait_for(lambda: not any(_is_alive(int(pid)) for pid in workers))


def _wait_for(claim):
    """Ask until the answer is true; half a minute at most."""
    deadline = time.monotonic() + 30
    while not (found := claim()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def _is_alive(pid):
    status = Path("/proc", str(pid), "stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _children():
    import multiprocessing

    return multiprocessing.active_children()
