"""A service of several modules, whose models have stubs."""
