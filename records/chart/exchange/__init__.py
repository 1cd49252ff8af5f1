"""A whole chart as a FHIR R4 bundle, and back: every resource is plain FHIR, and carries its rows exactly beside it.

Any system reads the resources; this product reads the rows, and has the same chart again. What a release would not
give out is not in it: drafts, notes that await a co-signature, originals of documents, and of psychotherapy notes
nothing at all: this package knows the general chart alone.
"""
