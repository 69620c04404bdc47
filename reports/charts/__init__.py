"""The charts of a report, one file each: frames in, an Altair chart out."""
