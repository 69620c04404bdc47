"""Everything that knows DuckDB or FAISS. DuckDB is the truth; the FAISS index is a cache."""

DATABASE = "tracker.duckdb"
"""The file in a workspace's folder that makes it one."""
