"""What the OpenAPI description says beyond its routes: which problems an operation may answer, and examples."""
