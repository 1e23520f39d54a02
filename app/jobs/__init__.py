"""Run scheduled jobs, each once however many workers there are."""
