"""Methods that partition rows; one a file, ``base.py`` is the contract."""
