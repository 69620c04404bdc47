"""When a photo was taken: pure functions from clues to an interval of days."""
