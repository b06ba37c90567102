"""How smart box and smart click find an object: what may be meant, and what speaks for it."""
