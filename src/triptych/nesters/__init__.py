"""Methods that join clusters into coarser ones; one a file, ``base.py`` is the contract."""
