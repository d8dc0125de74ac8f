"""What a sign-in leaves behind, and an authenticator to sign in with."""
