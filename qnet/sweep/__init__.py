"""A sweep walked tile by tile, in this process or in others."""
