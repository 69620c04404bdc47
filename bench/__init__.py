"""Measurements: each prints ratios taken within one run, and none can fail a test.

python -m bench              all of them, as a table
python -m bench --write      the same, and into docs/performance.md
python -m bench ingest       one of them: ingest, recall, known or start
"""
