"""Walks from state to state on servers, with rows in the tables."""
