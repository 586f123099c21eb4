"""What stands between Rasa and the machine: stores, actions in process, training, the server."""
