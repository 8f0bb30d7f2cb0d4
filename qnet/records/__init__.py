"""What lasts of a run: journal, provenance, result files afterwards."""
