"""The letters of permits on paper, and the page that says whether one still holds."""
