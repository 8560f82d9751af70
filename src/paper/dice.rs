//! The dice of a draw: one stream of numbers that a seed and a serial decide for ever.
//!
//! Nothing here relies on a library's idea of a shuffle, which may change between versions; only the `ChaCha20` key stream
//! is taken from one, and that is fixed by RFC 8439.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use crate::kernel::{Digest, Seed};

/// What keeps the dice of a draw apart from every other use of the same seed. Changed when the algorithm changes.
const PURPOSE: &[u8] = b"jianding/paper/draw/1\0";

/// A stream of numbers.
#[derive(Debug)]
pub(super) struct Dice(ChaCha20Rng);

impl Dice {
    /// The dice of one paper. Key: SHA-256 of the purpose, the seed's 32 bytes, the serial in 4 bytes, highest first.
    pub(super) fn of(seed: Seed, serial: u32) -> Self {
        let key = Digest::of(&[PURPOSE, &seed.0, &serial.to_be_bytes()].concat());
        Self(ChaCha20Rng::from_seed(*key.bytes()))
    }

    /// A number below `bound`, each equally likely: words at or above the largest multiple of `bound` are passed over.
    /// Zero, and nothing taken from the stream, when there is no choice.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        let Some(bound) = u32::try_from(bound).ok().filter(|bound| *bound > 1) else {
            return 0;
        };
        let passed_over = (u32::MAX % bound + 1) % bound;
        loop {
            let word = self.0.next_u32();
            if word <= u32::MAX - passed_over {
                return usize::try_from(word % bound).unwrap_or(0);
            }
        }
    }

    /// Fisher and Yates, from the last place down to the second.
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_that_of_the_standard() {
        // Key and nonce zero, block 0: 76 b8 e0 ad a0 f1 3d 90 … (RFC 8439, A.1, test vector 1).
        let mut rng = ChaCha20Rng::from_seed([0; 32]);
        assert_eq!([rng.next_u32(), rng.next_u32()], [0xade0_b876, 0x903d_f1a0]);
    }

    #[test]
    fn every_number_below_the_bound_comes_about_equally_often() {
        let mut dice = Dice::of(Seed([9; 32]), 0);
        let mut seen = [0; 6];
        for _ in 0..6_000 {
            seen[dice.below(6)] += 1;
        }
        assert!(seen.iter().all(|times| (850..1_150).contains(times)), "{seen:?}");
        assert_eq!((dice.below(0), dice.below(1)), (0, 0));
    }

    #[test]
    fn words_that_would_favour_small_numbers_are_passed_over() {
        // 2^32 = 1 * (2^31 + 1) + (2^31 - 1): nearly half of all words are passed over.
        let mut dice = Dice::of(Seed([9; 32]), 0);
        let half = 1 << 31;
        let low = (0..1_000).filter(|_| dice.below(half + 1) < half / 2).count();
        assert!(
            (430..570).contains(&low),
            "{low}: without passing over, two thirds would be low"
        );
    }

    #[test]
    fn serials_have_dice_of_their_own() {
        let throws = |serial| {
            let mut dice = Dice::of(Seed([1; 32]), serial);
            [(); 8].map(|()| dice.below(1 << 30))
        };
        assert_eq!(throws(1), throws(1));
        assert_ne!(throws(1), throws(2));
    }
}
