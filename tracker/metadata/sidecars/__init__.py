"""The files that other programs put beside a photo."""
