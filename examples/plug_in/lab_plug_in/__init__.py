"""What the microscopes of one lab need."""
