"""Tables of labels, predictions and evaluations, as CSV and for Excel."""
