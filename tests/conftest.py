"""Settings of the whole suite."""

from hypothesis import settings

# How long an example takes says something about the machine, and nothing about qnet.
settings.register_profile("qnet", deadline=None)
settings.load_profile("qnet")
