"""What the terminal and the page both show: the status document, an order's details, spending, and messages.

Every module makes values or texts from the state. How they are laid out is the matter of the terminal and the page.
"""
