"""The embedded Commerce Service: it validates incoming feeds and keeps them.

It shares the wire format with the exporter, not the code that makes it: a
misunderstanding must not hide on both sides.
"""
