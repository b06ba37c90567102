"""What pages share: the project of the address, dialogs, errors, kinds, labelling."""
