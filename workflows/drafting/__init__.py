"""What the definitions of procedures share: steps, grounds, pipe connections. No procedure needs another one."""
