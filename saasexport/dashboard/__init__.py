"""The status pages: served on this machine, or written as one file.

A GET changes nothing but what was counted; whatever does is a POST from a form
of ours, confirmed by a person.  There is no script: a page is HTML, one style
sheet and inline SVG, and nothing in it comes from elsewhere.
"""
