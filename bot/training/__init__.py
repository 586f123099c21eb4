"""Training with fictional cases: cases as data, answers computed from their facts, grading, memory. No Rasa."""
