"""Pages that people read, made from a release's published tables and nothing else.

Two folders of the same pages, Danish and English, that open from a file share without a server or a network:
`write.write_report` is the way in, a page is a template and the function that reads what it shows.
"""
