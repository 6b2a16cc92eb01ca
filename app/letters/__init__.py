"""Letters to bodies on what is asked of them, the templates that they are made from, and the words of a reminder."""
