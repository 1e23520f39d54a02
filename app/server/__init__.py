"""Run the server process: listener, migrations at start, graceful shutdown."""
