"""The knowledge: criteria, tables, codes and texts from `mappings/`, loaded, checked, immutable."""
