"""Everything that knows DuckDB or FAISS. DuckDB is the truth; the FAISS index is a cache."""
