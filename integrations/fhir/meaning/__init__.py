"""What a message means to a board: a referral, an addition to one, a result; entry by entry, the bad ones named."""
