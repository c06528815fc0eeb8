"""Methods that say in words what a cluster is about; one a file, ``base.py`` is the contract."""
