"""Language models that the embedded platform can use: a judge and a paraphraser."""
