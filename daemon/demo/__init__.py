"""The command `bracketd demo`: a sample shoot, and a contact sheet of the result."""
