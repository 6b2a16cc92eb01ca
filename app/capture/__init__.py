"""What a device needs to keep notes without the server: the keys, the worker, the shell, who is signed in."""
