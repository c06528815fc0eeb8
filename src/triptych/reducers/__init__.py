"""Methods that turn vectors into few dimensions; one a file, ``base.py`` is the contract."""
