"""Proof: how the comparison does where the truth is known."""
