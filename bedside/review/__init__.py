"""What is seen afterwards: the measures of a take, the therapist's pages, the reports; nothing here judges a child."""
