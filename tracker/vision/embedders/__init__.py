"""What turns an aligned crop into a vector: one file each, found through `registry`."""
