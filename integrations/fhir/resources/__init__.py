"""What each kind of resource says about the patient: facts, documents, people, answers on a form."""
