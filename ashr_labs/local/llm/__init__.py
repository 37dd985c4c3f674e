"""Language models that the embedded platform can use: judge and paraphraser."""
