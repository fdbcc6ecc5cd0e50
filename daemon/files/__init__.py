"""File access: scanning shoots, reading brackets for the upload, writing pictures. Does not know the service."""
