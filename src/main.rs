//! The program: hands its arguments to the command line and prints what went wrong, cause by cause.

fn main() {}
