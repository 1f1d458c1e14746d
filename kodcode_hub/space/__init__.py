"""The app over a release: what is answered at which address, and the page that shows it."""
