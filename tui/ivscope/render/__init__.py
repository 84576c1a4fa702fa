"""Values to lines of text with roles (error, muted, changed); needs no toolkit."""
