//! Medians, and how sure they are.

/// The middle, or the mean of the two in the middle.
pub(crate) fn median(values: &[f64]) -> f64 {
    let sorted = sorted(values);
    match sorted.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => sorted[length / 2],
        length => f64::midpoint(sorted[length / 2 - 1], sorted[length / 2]),
    }
}

/// What 99 % don't exceed.
pub(crate) fn p99(values: &[f64]) -> f64 {
    let sorted = sorted(values);
    let rank = (sorted.len() as f64 * 0.99).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

/// In which the median of all that could be measured lies, with a probability of 95 %. By the sign test: it takes nothing for granted but
/// that the values don't depend on each other.
pub(crate) fn interval(values: &[f64]) -> [f64; 2] {
    let sorted = sorted(values);
    let length = sorted.len();
    if length < 6 {
        // Not even all of them are that sure.
        return [
            sorted.first().copied().unwrap_or(f64::NAN),
            sorted.last().copied().unwrap_or(f64::NAN),
        ];
    }
    // How many of n tosses show heads is close to a normal distribution of variance n / 4.
    let half = 1.96 * (length as f64).sqrt() / 2.0;
    let low = ((length as f64 / 2.0 - half).floor() as usize).max(1);
    [sorted[low - 1], sorted[length - low]]
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn one_of_a_hundred_is_beyond_the_last_percentile() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(p99(&values), 99.0);
        assert_eq!(p99(&[1.0, 2.0]), 2.0);
    }

    #[test]
    fn the_interval_is_that_of_the_sign_test() {
        // Of 30 values the 9th and the 22nd: tables, which are exact, have the 10th and the 21st.
        let values: Vec<f64> = (1..=30).map(f64::from).collect();
        assert_eq!(interval(&values), [9.0, 22.0]);
        assert_eq!(interval(&[2.0, 1.0]), [1.0, 2.0]);
        let [low, high] = interval(&(0..900).map(f64::from).collect::<Vec<_>>());
        assert!(low > 400.0 && high < 500.0, "{low} {high}");
    }
}
