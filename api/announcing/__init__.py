"""What owners of steps are told: made from the ledger, put in one order, and shown as CloudEvents."""
