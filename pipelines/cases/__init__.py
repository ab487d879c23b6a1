"""Business cases of candidates: is it worth it, for whom, and how sure are we? Pure functions of candidates and assumptions."""
