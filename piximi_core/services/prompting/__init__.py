"""Smart box and smart click answered by networks: their files, and the processes that run them."""
