"""How the answers of the definitions are told, one module beside each of the definitions."""
