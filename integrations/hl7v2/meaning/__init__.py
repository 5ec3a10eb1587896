"""What a message means to a board: a referral, a result, a change of the patient, an appointment, a withdrawal."""
