"""Compares texts as people type them: capitals, accents and ways of writing a letter are equal."""

from unicodedata import combining, normalize


def folded(text: str) -> str:
    """The text in one form: "José", written in either way, and "JOSE" are "jose".

    Quick for ASCII. The length can change.
    """
    if text.isascii():
        return text.lower()
    return "".join(sign for sign in normalize("NFD", text.casefold()) if not combining(sign))
