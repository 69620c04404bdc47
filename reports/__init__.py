"""The report: charts (Altair) and one offline page (HTML); nothing else knows these two."""
