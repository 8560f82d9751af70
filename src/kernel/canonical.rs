//! Canonical JSON: one spelling for one value, so that its digest is the same wherever and whenever it is taken.
//!
//! Members are sorted by name, nothing stands between tokens. Lists keep their order: whoever wants a list to be a set
//! sorts it first. Numbers are integers only (marks are text), so there is no question how to write a fraction.

use serde::Serialize;
use serde_json::Value;

/// The canonical JSON of a value.
pub fn canonical_json<T: Serialize>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut written = Vec::new();
    write(&serde_json::to_value(value)?, &mut written)?;
    Ok(written)
}

/// The map of `serde_json` may keep the order of insertion when another crate asks for it: sorted here, whatever it does.
fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            out.push(b'{');
            for (index, (name, member)) in members.into_iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                serde_json::to_writer(&mut *out, name)?;
                out.push(b':');
                write(member, out)?;
            }
            out.push(b'}');
        }
        Value::Array(elements) => {
            out.push(b'[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write(element, out)?;
            }
            out.push(b']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => serde_json::to_writer(out, value)?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Backwards {
        z: u8,
        a: Vec<&'static str>,
    }

    #[test]
    fn members_are_sorted_and_lists_are_not() {
        let value = Backwards {
            z: 1,
            a: vec!["乙\n", "甲"],
        };
        assert_eq!(
            String::from_utf8(canonical_json(&value).unwrap()).unwrap(),
            r#"{"a":["乙\n","甲"],"z":1}"#
        );
    }
}
