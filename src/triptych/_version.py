"""The version of the package, by SemVer."""

__version__ = "0.1.0"
