"""Methods that find the nearest neighbours of every row; one a file, ``base.py`` is the contract."""
