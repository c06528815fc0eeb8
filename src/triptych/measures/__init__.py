"""Pure functions of arrays that measure agreement, language and, later, trust."""
