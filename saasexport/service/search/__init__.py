"""Search over the catalogue: an index that follows what is received, and the questions to it."""
