"""From a row of a release back to the rows of the delivered files behind it. Reads releases and the archive; changes nothing."""
