"""Small wrong changes, and which of them the tests do not notice."""
