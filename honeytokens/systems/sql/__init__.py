"""What the SQL adapter is made of: the live schema, values, the fit of a mapping, rows, servers and failures."""
