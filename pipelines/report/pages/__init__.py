"""One module for each kind of page: it asks the tables, and its template shows the answer."""
