"""How fast the metrics are beside what people would use or write instead, in one run."""
