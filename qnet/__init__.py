"""Circuit-style solver for quantum conductors."""
