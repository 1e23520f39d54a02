"""What happens because it is time, each thing once however many workers there are."""
