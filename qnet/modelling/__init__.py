"""What scatterers are made with, and several of them share."""
