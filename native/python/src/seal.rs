//! Seals short messages, such as the cursors of pages: encrypted and authenticated by a secret of the
//! application.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};

use crate::error::of_kind;
use oxyde_driver::Kind;

/// The length of the random salt in front of a sealed message.
const SALT: usize = 16;

/// Says what the keys are for, so that the secret may serve other purposes, too.
const PURPOSE: &[u8] = b"oxyde sealed message 1";

/// Returns the key of one message. Each salt is used once, so that the nonce can be constant.
fn key_of(secret: &[u8], salt: &[u8]) -> Option<LessSafeKey> {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret));
    context.update(PURPOSE);
    context.update(salt);
    UnboundKey::new(&CHACHA20_POLY1305, context.sign().as_ref()).ok().map(LessSafeKey::new)
}

fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}

fn sealed(secret: &[u8], message: &[u8]) -> Option<Vec<u8>> {
    let mut salt = [0; SALT];
    SystemRandom::new().fill(&mut salt).ok()?;
    let mut text = message.to_vec();
    key_of(secret, &salt)?.seal_in_place_append_tag(nonce(), Aad::empty(), &mut text).ok()?;
    Some([&salt[..], &text].concat())
}

fn opened(secret: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (salt, text) = sealed.split_at_checked(SALT)?;
    let mut text = text.to_vec();
    let length = key_of(secret, salt)?.open_in_place(nonce(), Aad::empty(), &mut text).ok()?.len();
    text.truncate(length);
    Some(text)
}

/// Seals a message; see `_native.pyi`.
#[pyfunction]
pub fn seal<'py>(py: Python<'py>, secret: &[u8], message: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    match sealed(secret, message) {
        Some(made) => Ok(PyBytes::new(py, &made)),
        None => Err(of_kind(py, Kind::Internal, "the system gave no random numbers".to_owned())),
    }
}

/// Opens a sealed message; see `_native.pyi`.
#[pyfunction]
pub fn unseal<'py>(py: Python<'py>, secret: &[u8], message: &[u8]) -> Option<Bound<'py, PyBytes>> {
    opened(secret, message).map(|text| PyBytes::new(py, &text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_secret_only() {
        let made = sealed(b"secret", b"message").unwrap();
        assert_eq!(opened(b"secret", &made).unwrap(), b"message");
        assert_eq!(opened(b"other", &made), None);
        assert!(!made.windows(7).any(|part| part == b"message"));
        assert_ne!(made, sealed(b"secret", b"message").unwrap());
    }

    #[test]
    fn what_was_altered_does_not_open() {
        let made = sealed(b"secret", b"").unwrap();
        assert_eq!(opened(b"secret", &made).unwrap(), b"");
        for at in 0..made.len() {
            let mut altered = made.clone();
            altered[at] ^= 1;
            assert_eq!(opened(b"secret", &altered), None);
            assert_eq!(opened(b"secret", &made[..at]), None);
        }
    }
}
