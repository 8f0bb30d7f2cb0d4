"""What a diagnostic code stands for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """One code: its title, what it means, and what to do about it."""

    title: str
    meaning: str
    cure: str
