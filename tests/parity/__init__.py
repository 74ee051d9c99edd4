"""`make parity`: the same projects by this application and by `sam build && sam deploy`."""
