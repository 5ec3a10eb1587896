"""Referrals: taking one in, to which board it goes, questions to the referrer, taking it back."""
