"""Values to lines of text with roles: no toolkit."""
