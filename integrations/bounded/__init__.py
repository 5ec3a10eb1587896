"""Reading in a child process with a limit on time and memory: a message that breaks its reader breaks nothing else."""
