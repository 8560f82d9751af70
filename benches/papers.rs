//! How many papers a second are drawn, beside writing the same papers as JSON: `cargo bench --bench papers`.

#![expect(
    clippy::print_stdout,
    clippy::float_arithmetic,
    reason = "a measurement prints rates"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use jianding::bank::generated;
use jianding::kernel::{Seed, SeededEntropy};
use jianding::paper::{Assembly, shipped_rules};

const ITEMS: usize = 5_000;
const LEAST: Duration = Duration::from_secs(2);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bank = generated(ITEMS, &SeededEntropy::new(1));
    let rules = shipped_rules();
    let rule = rules
        .iter()
        .find(|rule| rule.id == "classic-160-40")
        .ok_or("the rule is shipped")?;

    let began = Instant::now();
    let assembly = Assembly::new(&bank, rule)?;
    println!("bank of {ITEMS} items made ready in {:?}", began.elapsed());

    let seed = Seed([7; 32]);
    let paper = assembly.draw(seed, 0)?;
    let drawn = rate(|serial| {
        assembly
            .draw(seed, serial)
            .map(|paper| paper.questions.len())
            .unwrap_or_default()
    });
    let written = rate(|_| serde_json::to_vec(&paper).map(|json| json.len()).unwrap_or_default());
    println!("drawn    {drawn:>10.0} papers a second ({})", rule.id);
    println!("baseline {written:>10.0} papers a second written as JSON");
    println!("ratio    {:>10.3} (drawn / baseline)", drawn / written);
    Ok(())
}

/// Rounds a second, over at least [`LEAST`].
fn rate(mut round: impl FnMut(u32) -> usize) -> f64 {
    let began = Instant::now();
    let mut rounds = 0;
    while began.elapsed() < LEAST {
        black_box(round(rounds));
        rounds += 1;
    }
    f64::from(rounds) / began.elapsed().as_secs_f64()
}
