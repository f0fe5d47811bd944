"""What a plugin or a channel may import: values, hooks and kinds. It knows nothing else of the house."""
