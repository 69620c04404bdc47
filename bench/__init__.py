"""Measurements: each prints ratios taken within one run, and none can fail a test."""
