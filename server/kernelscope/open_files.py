"""The limit of files and sockets that this process may have open at once."""

MOST = 65_536
"""More is of no use, whatever the system allows."""


def raise_limit() -> int:
    """Raise the limit as far as the system allows, up to `MOST`, and return it."""
    try:
        import resource
    except ImportError:  # Windows, where sockets are not files
        return MOST
    soft_limit, hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft, hard = (MOST if limit == resource.RLIM_INFINITY else limit for limit in (soft_limit, hard_limit))
    if soft >= min(hard, MOST):
        return soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, MOST), hard_limit))
    except (OSError, ValueError):  # macOS enforces a lower limit than it reports
        return soft
    return min(hard, MOST)
