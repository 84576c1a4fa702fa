"""The screens, made with Textual: everything that needs a terminal."""
