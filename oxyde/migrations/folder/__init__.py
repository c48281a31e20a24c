"""The folder of migrations: its files, how they are found, read and written, and HEAD beside them."""
