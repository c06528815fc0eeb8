"""Methods that turn items into vectors; one a file, ``base.py`` is the contract."""
