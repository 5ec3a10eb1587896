"""The way back: recipients, the outbox and its order, receipts, the post page and templates of letters."""
