"""The sections of a brief, one module each: Figures in, a Section out."""
