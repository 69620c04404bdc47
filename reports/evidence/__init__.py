"""Charts and a page of `tracker evaluate`: how far the comparison keeps its promises."""
