"""What is printed of a session: one model, drawn as PDF and as HTML.

The model decides every word and figure; what draws it decides nothing. Knows no
database, page, clock or live value.
"""
