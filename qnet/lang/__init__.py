"""Text to circuit: parse, evaluate, elaborate."""
