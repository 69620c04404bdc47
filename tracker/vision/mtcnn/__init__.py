"""MTCNN's three networks (Zhang et al. 2016) as files that need no torch; see `networks`."""
