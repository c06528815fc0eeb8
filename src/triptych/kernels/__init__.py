"""The numerical work that Triptych owns: compiled inner loops, and the same arithmetic in NumPy as their oracle."""
