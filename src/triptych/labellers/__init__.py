"""Methods that give a cluster its title; one a file, ``base.py`` is the contract."""
