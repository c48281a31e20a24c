"""Databases that nobody here wrote: schemas and data that packages of Debian and of PyPI ship."""
