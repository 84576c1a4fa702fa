"""The screens, with Textual: everything that needs a terminal."""
