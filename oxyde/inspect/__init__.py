"""A live database turned into models."""
