"""Checks of an audit: each asks one question of a finished map, and answers it with a table and plain words."""
