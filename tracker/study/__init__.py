"""From the workspace to a report: gather evidence, run the methods, keep and tell results."""
