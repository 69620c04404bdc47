"""Ingest: from a folder of photos to dated, embedded faces in the workspace."""
