"""The demo: real flights, loaded and queried."""
