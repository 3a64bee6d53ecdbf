"""The officers' desk: whose case is where and until when, and everything that the staff does in one."""
