"""Documents that leave the house: rows in, text out. Knows no database and no live state."""
