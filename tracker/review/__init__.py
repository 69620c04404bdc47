"""A page on this machine, in a browser, on which a person says who is who."""
