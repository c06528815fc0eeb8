"""Servers of models: the only package that opens a connection, to the address that the user named."""
