"""Scattering matrix to currents: reservoirs, probes, circuit equations, noise."""
