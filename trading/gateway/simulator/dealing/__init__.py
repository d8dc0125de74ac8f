"""What a manager does to trades beyond opening and closing: close by, close all, activate."""
