//! What a stranger may learn about a certificate.
