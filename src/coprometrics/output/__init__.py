"""How figures and findings are shown: as text for people, as JSON for programs."""
