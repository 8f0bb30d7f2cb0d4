"""Pictures: what a circuit looks like, and figures of its answers."""
