"""Circuit to scattering matrix: joints, islands, plans, composition."""
