"""Help for tests: strategies that make records of every type (needs hypothesis)."""
