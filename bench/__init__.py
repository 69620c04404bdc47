"""Measurements: each prints ratios taken within one run, and none can fail a test.

python -m bench                    all of them, a table each
python -m bench --write            the same, and into docs/performance.md
python -m bench ingest crops       some of them: ingest, recall, crops, forward, memory, known,
                                   scale, report, start
python -m bench ingest --photos 4  with fewer 12-megapixel photos
python -m bench scale --largest 100000  embeddings in the last row, a million without it
"""
