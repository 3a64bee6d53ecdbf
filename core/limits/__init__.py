"""How often somebody may ask: who asks too often is told when to come back."""
