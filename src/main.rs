//! The program: hands its arguments to the command line.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    jianding::cli::run(jianding::cli::Arguments::parse())
}
