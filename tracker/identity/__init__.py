"""Whose face is this: matching against the gallery, the rules, the decisions."""
