"""Work done by processes of this machine, or by an executor that the user brings.

Work is a picklable callable from a number to bytes; what it computes is not known
here. Answers come back in any order. What starts and joins processes is imported where
somebody wants them: most runs have none.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Self

from qnet.threads import one_thread

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

Work = Callable[[int], bytes]

AGAIN: Final = 2
"""So many times is an item given to another worker when the one at it has died."""

AHEAD: Final = 64
"""Items that an executor is given before the first of them is done."""

_REHEARSAL: Final = "qnet.sweep.rehearsal"

_PATIENCE: Final = 1.0
"""Seconds that a worker has to end when told to, before it is killed."""


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer: every worker that was given the item died."""

    tries: int


Outcome = tuple[int, bytes | Lost]


class WorkersError(RuntimeError):
    """Workers end before they begin: the program that asked cannot be imported."""


class Workers:
    """Processes of this machine that share work; started before there is any.

    Processes are spawned, take one number at a time, and end with this one, however it
    ends. When one dies, another takes its place, and the number that it was at is
    queued again at most twice. What one run made them load, the next finds loaded:

    >>> with qnet.Workers(4) as crew:  # doctest: +SKIP
    ...     reports = [qnet.run(path, workers=crew) for path in paths]

    A script that starts workers keeps its own commands below
    ``if __name__ == "__main__":``.

    Parameters
    ----------
    count : int
        How many; 1 starts none.
    rehearsal : str
        Module whose `rehearse` a worker calls while it has no work; by name, so that
        who starts workers need not load it as well. Nothing if empty.
    """

    def __init__(self, count: int, *, rehearsal: str = _REHEARSAL) -> None:
        self.count = count
        self._hire = partial(_hire, rehearsal)
        self._team: list[_Worker] = []

    def __enter__(self) -> Self:
        """Start the processes, which load what they need on their own."""
        if self.count > 1:
            self._team = [self._hire() for _ in range(self.count)]
        return self

    def __exit__(self, *_: object) -> None:
        """End them."""
        team, self._team = self._team, []
        _end(team)

    def outcomes(self, work: Work, numbers: Sequence[int]) -> Iterator[Outcome]:
        """Answers of `work` to all numbers.

        Yields
        ------
        (number, answer)
            In the order in which they are done; `Lost` where workers died of it.

        Raises
        ------
        WorkersError
            Processes end before they take any work.
        """
        shift = _Shift(self._team, self._hire, work, numbers, self.count)
        try:
            yield from shift.outcomes()
        finally:
            shift.leave()


def on_executor(
    work: Work, numbers: Sequence[int], executor: Executor
) -> Iterator[Outcome]:
    """Share work by an executor of `concurrent.futures`: threads, processes, Dask.

    Yields
    ------
    (number, answer)
        In the order in which they are done; `Lost` where the executor gave up.
    """
    from concurrent.futures import FIRST_COMPLETED, wait

    waiting = list(reversed(numbers))
    running: dict[Future[bytes], int] = {}
    try:
        while waiting or running:
            while waiting and len(running) < AHEAD:
                number = waiting.pop()
                running[executor.submit(work, number)] = number
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), _result(future)
    finally:
        for future in running:
            future.cancel()


def _result(future: Future[bytes]) -> bytes | Lost:
    """Answer of a future; a worker that Dask lost too often is `Lost`."""
    try:
        return future.result()
    except Exception as error:
        if type(error).__name__ == "KilledWorker":  # distributed is not imported here
            return Lost(AGAIN + 1)
        raise


@dataclass(slots=True, eq=False)
class _Worker:
    """One process, the line to it, the work it has, and the number that it is at."""

    process: SpawnProcess
    line: Connection
    work: Work | None = None
    at: int | None = None
    has_answered: bool = False


class _Shift:
    """Processes at one work, and what is still to be done of it."""

    def __init__(
        self,
        team: list[_Worker],
        hire: Callable[[], _Worker],
        work: Work,
        numbers: Sequence[int],
        count: int,
    ) -> None:
        self._team = team
        self._hire = hire
        self._work = work
        self._waiting = list(reversed(numbers))
        self._tries: dict[int, int] = {}
        self._failures = 0
        self._size = min(count, len(numbers))

    def outcomes(self) -> Iterator[Outcome]:
        """Answers as they come; who gave one is busy again before it is read."""
        from multiprocessing import connection

        self._occupy()
        while any(worker.at is not None for worker in self._team):
            busy = {w.line: w for w in self._team if w.at is not None}
            for line in connection.wait(list(busy)):
                worker = next(w for known, w in busy.items() if known is line)
                outcome = self._hear(worker)
                self._occupy()
                if outcome is not None:
                    yield outcome

    def leave(self) -> None:
        """End those that are still at something nobody wants any more."""
        busy = [worker for worker in self._team if worker.at is not None]
        for worker in busy:
            self._team.remove(worker)
        _end(busy)

    def _occupy(self) -> None:
        """Give everybody something to do, as far as there is something."""
        for worker in list(self._team):
            if worker.at is None and self._waiting and not self._assign(worker):
                self._team.remove(worker)  # it died idle
                _end([worker])
        while len(self._team) < self._size and self._waiting:
            self._team.append(self._hire())
            if not self._assign(self._team[-1]):
                self._bury(self._team[-1], self._waiting.pop())

    def _assign(self, worker: _Worker) -> bool:
        """Send the next number; returns whether there was anybody to send it to."""
        news = self._work if worker.work is not self._work else None
        try:
            worker.line.send((self._waiting[-1], news))
        except OSError:
            return False
        worker.at, worker.work = self._waiting.pop(), self._work
        return True

    def _hear(self, worker: _Worker) -> Outcome | None:
        number = worker.at
        assert number is not None
        try:
            answer: bytes | BaseException = worker.line.recv()
        except (EOFError, OSError):
            return self._bury(worker, number)
        worker.has_answered, worker.at = True, None
        if isinstance(answer, BaseException):
            raise answer
        return number, answer

    def _bury(self, worker: _Worker, number: int) -> Outcome | None:
        """Queue the number of a dead worker again, unless it was tried too often."""
        self._team.remove(worker)
        _end([worker])
        self._failures += not worker.has_answered
        if self._failures > AGAIN * self._size + AGAIN and not any(
            other.has_answered for other in self._team
        ):
            raise WorkersError(
                "workers end before they begin; a script that asks for workers keeps "
                "its own commands below `if __name__ == '__main__':`"
            )
        tried = self._tries[number] = self._tries.get(number, 0) + 1
        if tried > AGAIN:
            return number, Lost(tried)
        self._waiting.append(number)
        return None


def _hire(rehearsal: str) -> _Worker:
    from multiprocessing import get_context

    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, rehearsal), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _end(workers: Sequence[_Worker]) -> None:
    for worker in workers:
        worker.line.close()
        worker.process.terminate()
    for worker in workers:
        worker.process.join(_PATIENCE)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()


def _serve(line: Connection, rehearsal: str) -> None:
    """Answer numbers until the line closes: what a worker does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    threading.Thread(target=_follow_parent, daemon=True).start()
    with one_thread():
        work: Work = _no_work
        if rehearsal and not line.poll():
            import_module(rehearsal).rehearse()
        while True:
            try:
                number, news = line.recv()
            except (EOFError, OSError):
                return
            work = news or work
            _send(line, _done(work, number))


def _no_work(number: int) -> bytes:
    raise RuntimeError(f"number {number} came without work")


def _done(work: Work, number: int) -> bytes | BaseException:
    try:
        return work(number)
    except Exception as error:  # whatever it is, the parent raises it
        return error


def _send(line: Connection, answer: Any) -> None:  # noqa: ANN401  bytes or an exception
    try:
        line.send(answer)
    except (TypeError, AttributeError, ValueError):  # an exception that cannot travel
        line.send(RuntimeError(f"{type(answer).__name__}: {answer}"))


def _follow_parent() -> None:
    """End this process when the one that spawned it has ended."""
    from multiprocessing import connection, parent_process

    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
