"""Makes the pictures of the page for README and docs, with the demo's scenes."""
