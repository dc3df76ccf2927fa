"""How many files and sockets this process may have open at once."""

MOST = 65_536
"""Whatever the system lets it have: more is of no use."""


def raise_limit() -> int:
    """Have as many as the system lets us; how many that are."""
    try:
        import resource
    except ImportError:  # Windows: sockets are no files there
        return MOST
    soft_limit, hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft, hard = (MOST if limit == resource.RLIM_INFINITY else limit for limit in (soft_limit, hard_limit))
    if soft >= min(hard, MOST):
        return soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, MOST), hard_limit))
    except (OSError, ValueError):  # macOS has a lower limit than it says
        return soft
    return min(hard, MOST)
