//! Shares as whole numbers: the largest remainder decides, so that they sum exactly.

/// Divides `total` in proportion to `weights`. Everyone gets the whole part of the share; what is left goes, one each, to
/// the largest remainders, ties to the one that stands first. All weights zero: nobody gets anything.
pub(super) fn apportion(weights: &[u64], total: u64) -> Vec<u64> {
    let whole: u64 = weights.iter().sum();
    if whole == 0 {
        return vec![0; weights.len()];
    }
    let mut shares: Vec<u64> = weights.iter().map(|weight| weight * total / whole).collect();
    let left = total - shares.iter().sum::<u64>();
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    // A stable sort: ties keep their order.
    by_remainder.sort_by_key(|index| std::cmp::Reverse(weights[*index] * total % whole));
    for index in by_remainder
        .into_iter()
        .take(usize::try_from(left).unwrap_or(usize::MAX))
    {
        shares[index] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_largest_remainders_get_what_is_left() {
        assert_eq!(apportion(&[80, 15, 5], 14), [11, 2, 1]);
        assert_eq!(apportion(&[1, 1, 1], 2), [1, 1, 0], "ties go to the first");
        assert_eq!(apportion(&[0, 0], 5), [0, 0]);
    }

    proptest! {
        #[test]
        fn shares_sum_exactly_and_miss_the_ideal_by_less_than_one(
            weights in proptest::collection::vec(0_u64..10_000, 1..30),
            total in 0_u64..500,
        ) {
            let whole: u64 = weights.iter().sum();
            prop_assume!(whole > 0);
            let shares = apportion(&weights, total);
            prop_assert_eq!(shares.iter().sum::<u64>(), total);
            for (weight, share) in weights.iter().zip(shares) {
                prop_assert!((share * whole).abs_diff(weight * total) < whole);
            }
        }
    }
}
