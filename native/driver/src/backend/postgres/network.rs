//! Decodes and encodes network addresses: `inet`, `cidr`, `macaddr`, `macaddr8`.

use std::net::{IpAddr, Ipv6Addr};

use super::read::{Read, fixed};
use crate::slot;

/// The server's numbers of the address families, the same on every system.
const V4: u8 = 2;
const V6: u8 = 3;

/// Formats `10.0.0.1` or `10.0.0.0/8`: like the server, without the mask of a single `inet` address.
pub fn inet(raw: &[u8]) -> Read<String> {
    let [family, bits, is_network, length, address @ ..] = raw else { return fixed::<4>(raw).map(|_| String::new()) };
    let (text, most) = match (*family, *length) {
        (V4, 4) => (IpAddr::from(fixed::<4>(address)?).to_string(), 32),
        (V6, 16) => (v6(Ipv6Addr::from(fixed::<16>(address)?)), 128),
        _ => return Err(format!("an address of family {family} and {length} bytes came").into()),
    };
    Ok(if *bits == most && *is_network == 0 { text } else { format!("{text}/{bits}") })
}

/// The server writes IPv4-compatible addresses (`::1.2.3.4`) with dots, as Rust does only for
/// IPv4-mapped ones.
fn v6(address: Ipv6Addr) -> String {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            format!("::{a}.{b}.{c}.{d}")
        }
        _ => address.to_string(),
    }
}

/// Appends an address with or without mask. `None` if the text is not one.
/// The server checks whether a value is valid for `inet` or `cidr`.
pub fn write_inet(text: &str, out: &mut Vec<u8>) -> Option<()> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let address: IpAddr = address.parse().ok()?;
    let (family, octets, most) = match address {
        IpAddr::V4(address) => (V4, address.octets().to_vec(), 32),
        IpAddr::V6(address) => (V6, address.octets().to_vec(), 128),
    };
    let bits = match bits {
        Some(bits) => bits.parse().ok().filter(|bits| *bits <= most)?,
        None => most,
    };
    out.extend([family, bits, 0, octets.len() as u8]);
    out.extend(octets);
    Some(())
}

/// Formats `08:00:2b:01:02:03`.
pub fn macaddr(raw: &[u8]) -> Read<String> {
    if !matches!(raw.len(), 6 | 8) {
        return fixed::<6>(raw).map(|_| String::new());
    }
    let parts: Vec<String> = raw.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(parts.join(":"))
}

/// Appends six or eight bytes from hexadecimal digits between colons or hyphens.
pub fn write_macaddr(text: &str, out: &mut Vec<u8>) -> Option<()> {
    let separator = if text.contains('-') { '-' } else { ':' };
    let byte = |part: &str| slot::parse_hex(part).filter(|byte| byte.len() == 1);
    let bytes: Vec<u8> = text.split(separator).map(byte).collect::<Option<Vec<_>>>()?.concat();
    matches!(bytes.len(), 6 | 8).then(|| out.extend(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_return() {
        for text in ["10.0.0.1", "10.0.0.1/8", "0.0.0.0/0", "::1", "::", "2001:db8::1/64", "::1.2.3.4", "::ffff:1.2.3.4", "1::2:0:0:3"] {
            let mut raw = Vec::new();
            write_inet(text, &mut raw).unwrap();
            assert_eq!(inet(&raw).as_deref(), Ok(text));
        }
        assert_eq!(inet(&[V4, 32, 1, 4, 10, 1, 0, 0]).as_deref(), Ok("10.1.0.0/32"));
        for text in ["10.1", "10.0.0.1/33", "10.0.0.1/-1", "", "x", "1::/129", "10.0.0.1/"] {
            assert_eq!(write_inet(text, &mut Vec::new()), None, "{text}");
        }
        assert!(inet(&[V4, 32, 0, 16, 1, 2, 3, 4]).is_err() && inet(&[]).is_err() && inet(&[V4, 32, 0, 4]).is_err());
    }

    #[test]
    fn hardware_addresses_return() {
        for text in ["08:00:2b:01:02:03", "08:00:2b:01:02:03:04:05"] {
            let mut raw = Vec::new();
            write_macaddr(text, &mut raw).unwrap();
            assert_eq!(macaddr(&raw).as_deref(), Ok(text));
        }
        assert_eq!(write_macaddr("08-00-2B-01-02-03", &mut Vec::new()), Some(()));
        for text in ["", "08:00", "8:0:2b:1:2:3", "+8:00:2b:01:02:03", "é:00:2b:01:02:03"] {
            assert_eq!(write_macaddr(text, &mut Vec::new()), None, "{text}");
        }
    }
}
