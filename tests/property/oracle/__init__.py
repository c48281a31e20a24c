"""The oracle: random querysets over random schemas, as the text of Python code, and what plain Python says their rows are."""
