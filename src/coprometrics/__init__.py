"""Every number in an impact report, typed, recomputed and checked."""
