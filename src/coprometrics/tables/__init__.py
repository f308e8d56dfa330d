"""How records travel: as Arrow tables, as JSON, and checked by column."""
