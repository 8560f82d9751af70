//! How many certificates one thread draws and signs in a second, and what one costs beyond its signature.
//!
//! `cargo bench --bench certificates [-- COUNT]`. The yardstick is taken in the same run: one ECDSA signature and writing
//! the same number of bytes to a file.
#![expect(
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    clippy::expect_used,
    reason = "a benchmark prints, divides and may stop"
)]

use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use jianding::certificate::{Authority, Scheme, Signer, TrustRoot, issue, samples, verify};
use jianding::document::Fonts;
use jianding::kernel::{SeededEntropy, Timestamp};

fn main() {
    let count = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(500_u32);
    let now = Timestamp::from_millis(1_795_400_000_000);
    let entropy = SeededEntropy::new(1);
    let started = Instant::now();
    let fonts = Fonts::built_in().expect("the built-in face is sound");
    println!("fonts parsed once      {:>9.2} ms", ms(started.elapsed()));
    let authority = Authority::create("鉴定中心", now, &entropy).expect("the name is sound");
    let signer = authority.signer();
    let scheme = Scheme::find("vocational-skill-level").expect("the scheme is shipped");
    let records = samples(scheme, count, &entropy, now).expect("samples are sound");

    let mut times = Vec::with_capacity(records.len());
    let mut files = Vec::with_capacity(records.len());
    for record in &records {
        let started = Instant::now();
        let issued = issue(record, &fonts, &signer, now).expect("samples can be issued");
        times.push(started.elapsed());
        files.push(issued.pdf);
    }
    let total: Duration = times.iter().sum();
    times.sort_unstable();
    let middle = times[times.len() / 2];
    let bytes: usize = files.iter().map(Vec::len).sum();
    println!("certificates           {count:>9}");
    println!(
        "drawn and signed       {:>9.0} a second and thread",
        f64::from(count) / total.as_secs_f64()
    );
    println!("each, median           {:>9.3} ms", ms(middle));
    println!("each, 99 of 100 below  {:>9.3} ms", ms(times[times.len() * 99 / 100]));
    println!(
        "each, size             {:>9.1} kB",
        bytes as f64 / f64::from(count) / 1000.0
    );

    let (signing, writing) = yardstick(&signer, &files);
    println!("one signature          {:>9.3} ms", ms(signing));
    println!("writing the bytes      {:>9.3} ms", ms(writing));
    let yardstick = signing + writing;
    println!(
        "ratio to both          {:>9.1}",
        middle.as_secs_f64() / yardstick.as_secs_f64()
    );
    println!(
        "ratio to the signature {:>9.1}",
        middle.as_secs_f64() / signing.as_secs_f64()
    );
    let checking = checking(&files, &[authority.trust_root()]);
    println!("verified offline       {:>9.3} ms each", ms(checking));
}

/// The medians of one signature, and of writing one file.
fn yardstick(signer: &dyn Signer, files: &[Vec<u8>]) -> (Duration, Duration) {
    let path = std::env::temp_dir().join("jianding-bench-certificate");
    let mut signing = Vec::with_capacity(files.len());
    let mut writing = Vec::with_capacity(files.len());
    for file in files {
        let started = Instant::now();
        black_box(signer.sign(black_box(&[7; 32])).expect("the key signs"));
        signing.push(started.elapsed());
        let started = Instant::now();
        let mut out = std::fs::File::create(&path).expect("the temporary folder takes a file");
        out.write_all(file).expect("the temporary folder takes a file");
        writing.push(started.elapsed());
    }
    _ = std::fs::remove_file(&path);
    (median(signing), median(writing))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn checking(files: &[Vec<u8>], roots: &[TrustRoot]) -> Duration {
    let check = |file: &Vec<u8>| {
        let started = Instant::now();
        black_box(verify(file, roots).expect("what was issued is genuine"));
        started.elapsed()
    };
    median(files.iter().map(check).collect())
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
