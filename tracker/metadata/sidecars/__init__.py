"""The files that other programs put beside a photo: whose they are, and what they say of it."""
