"""Owners of experiments, stored such that a reader of the database cannot impersonate them."""

from hashlib import sha256


def hashed(visitor: str) -> str:
    """Hash a visitor's name. No salt is needed, since names are random and too long to guess."""
    return sha256(visitor.encode()).hexdigest()
