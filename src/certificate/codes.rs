//! Bytes as text: base 32 for QR codes, base 64 for records.

const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base 32 of RFC 4648 in capitals, without padding: what a QR code holds most densely.
pub(super) fn base32(bytes: &[u8]) -> String {
    encode(bytes, 5, BASE32)
}

/// The bytes of a base 32 text; small letters count as capitals.
pub(super) fn from_base32(text: &str) -> Option<Vec<u8>> {
    decode(text.to_ascii_uppercase().as_bytes(), 5, BASE32)
}

/// In hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// Base 64 of RFC 4648 without padding.
pub(super) fn base64(bytes: &[u8]) -> String {
    encode(bytes, 6, BASE64)
}

/// The bytes of a base 64 text without padding.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    decode(text.as_bytes(), 6, BASE64)
}

fn encode(bytes: &[u8], bits: u32, alphabet: &[u8]) -> String {
    let mask = (1_u32 << bits) - 1;
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut held, mut count) = (0_u32, 0);
    let mut push = |value: u32| text.push(char::from(alphabet[value as usize]));
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        count += 8;
        while count >= bits {
            count -= bits;
            push((held >> count) & mask);
        }
        held &= (1 << count) - 1;
    }
    if count > 0 {
        push((held << (bits - count)) & mask);
    }
    text
}

fn decode(text: &[u8], bits: u32, alphabet: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut held, mut count) = (0_u32, 0);
    for letter in text {
        let value = alphabet.iter().position(|known| known == letter)?;
        held = (held << bits) | u32::try_from(value).ok()?;
        count += bits;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((held >> count) & 0xFF).ok()?);
        }
        held &= (1 << count) - 1;
    }
    // Left-over bits that are set, or a letter that adds nothing, would be a second spelling of the same bytes.
    (held == 0 && count < bits).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_the_standard() {
        assert_eq!(base32(b"foobar"), "MZXW6YTBOI");
        assert_eq!(base32(b"fooba"), "MZXW6YTB");
        assert_eq!(base64(b"foob"), "Zm9vYg");
        assert_eq!(from_base32("mzxw6ytboi").unwrap(), b"foobar");
        assert_eq!(from_base64("Zm9vYg").unwrap(), b"foob");
    }

    #[test]
    fn a_text_has_one_spelling_only() {
        assert_eq!(from_base64("Zm9vYh"), None);
        assert_eq!(from_base32("MZXW6YTBOIA"), None);
        assert_eq!(from_base32("MZXW0"), None);
    }
}
