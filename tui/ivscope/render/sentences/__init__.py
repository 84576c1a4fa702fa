"""What findings say, in words: a sentence for each claim, by topic."""
