"""What a photo's own bytes, and the files beside it, say of it besides its pixels."""
