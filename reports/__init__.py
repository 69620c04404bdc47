"""The report: charts (Altair), one offline page (HTML), and the same as files. Nothing else knows these."""
