"""Settings of the whole suite."""

import sys

import pytest
from hypothesis import settings

# How long an example takes says something about the machine, and nothing about qnet.
settings.register_profile("qnet", deadline=None)
settings.load_profile("qnet")


@pytest.fixture(autouse=True)
def _nothing_is_remembered():
    """What one test plants in the network room, no other test finds there."""
    yield
    if room := sys.modules.get("qnet.network.topology"):
        room.forget()
