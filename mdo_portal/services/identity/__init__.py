"""What becomes of cases when it turns out who somebody is: merged, parted, asked anew; and an objection to sharing."""
