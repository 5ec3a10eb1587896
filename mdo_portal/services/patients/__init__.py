"""Who a patient is: their numbers at each hospital, and the questions about that which only a person answers."""
