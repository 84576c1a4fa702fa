"""A small simulator of stage sessions whose truth is known: who was there, and who published.

It knows the values of the domain and nothing of what the product concludes from them.
"""
