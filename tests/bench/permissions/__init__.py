"""What rights cost a page, in a small house and in a large one."""
