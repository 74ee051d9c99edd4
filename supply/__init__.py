"""What the application is made of that others wrote: exact versions, known vulnerabilities, bills of materials."""
