"""Hand cards to residents: counter mode, hand-out, PDF, public page, mail."""
