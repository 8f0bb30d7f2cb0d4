"""Scatterer models, one file each; a file here is found by name."""
