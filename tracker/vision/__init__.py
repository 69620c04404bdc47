"""From an image's pixels to its faces and their vectors; knows no database and no command line."""
