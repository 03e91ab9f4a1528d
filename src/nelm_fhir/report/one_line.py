"""Text of a record on one line, without any character that commands instead of being shown.

In: any text. Out: the same with a blank in the place of line ends, tabs, escape sequences and marks
that turn the direction of writing: a document that is looked at in a terminal stays text.
"""


def one_line(text: str) -> str:
    """Return the text with every character that is not printable as a blank."""
    return "".join(c if c.isprintable() else " " for c in text)
