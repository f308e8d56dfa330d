"""How figures and findings are shown: as text for people, in other forms for programs."""
