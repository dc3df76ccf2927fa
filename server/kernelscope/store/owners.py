"""Who opened an experiment, such that who reads the database cannot take their place."""

from hashlib import sha256


def hashed(visitor: str) -> str:
    """What is kept of a visitor's name, which is random and too long to be guessed."""
    return sha256(visitor.encode()).hexdigest()
