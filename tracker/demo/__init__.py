"""A drawn family whose truth is known: ordinary dated photos, and which parent they take after."""
