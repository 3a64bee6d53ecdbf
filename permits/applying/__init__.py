"""An application from the choice of its kind to its submission, one question a screen."""
