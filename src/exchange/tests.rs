//! Whole files: there and back, as others write them, and as nobody should.

use super::*;

pub(super) fn read_text(text: &str, format: Format) -> Exchange {
    read(text.as_bytes(), "file", Some(format)).unwrap()
}

pub(super) fn kinds(exchange: &Exchange) -> Vec<&LossKind> {
    exchange.losses.iter().map(|loss| &loss.kind).collect()
}

pub(super) fn bodies(exchange: &Exchange) -> Vec<&Body> {
    exchange.questions.iter().map(|found| &found.question.body).collect()
}

pub(super) fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

pub(super) fn single(options: &[&str], key: usize) -> Body {
    Body::Choice {
        several: false,
        options: strings(options),
        keys: vec![key],
    }
}

pub(super) fn multiple(options: &[&str], keys: &[usize]) -> Body {
    Body::Choice {
        several: true,
        options: strings(options),
        keys: keys.to_vec(),
    }
}
