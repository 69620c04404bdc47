"""How much of each relative is in the child's faces: pure functions over arrays and frames."""
