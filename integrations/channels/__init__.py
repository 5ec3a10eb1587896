"""Letters to whoever has no line of an EPD: a file in a folder, a post to an address, a mail that one stands ready."""
