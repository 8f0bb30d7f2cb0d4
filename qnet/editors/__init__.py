"""The language for editors and shells."""
