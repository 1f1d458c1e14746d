"""The catalogue of a release: search, facets, single rows, figures; what the Space shows, without the page."""
