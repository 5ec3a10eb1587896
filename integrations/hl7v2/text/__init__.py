"""ER7 as text: delimiters and character sets, segments and fields, single values, batches. Nothing here knows what a message is for."""
