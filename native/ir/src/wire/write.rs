//! Encodes nodes as MessagePack, each in its shortest form.

use rmp::encode::{write_array_len, write_bool, write_map_len, write_nil, write_sint, write_str};

use super::node::Node;

/// Appends a node. The keys of its maps are already sorted.
pub fn write(node: &Node, bytes: &mut Vec<u8>) {
    // Writing to a Vec cannot fail.
    let written = match node {
        Node::Nil => write_nil(bytes).is_ok(),
        Node::Bool(value) => write_bool(bytes, *value).is_ok(),
        Node::Int(value) => write_sint(bytes, *value).is_ok(),
        Node::Text(value) => write_str(bytes, value).is_ok(),
        Node::List(members) => {
            let written = write_array_len(bytes, members.len() as u32).is_ok();
            for member in members {
                write(member, bytes);
            }
            written
        }
        Node::Map(entries) => {
            let mut written = write_map_len(bytes, entries.len() as u32).is_ok();
            for (key, value) in entries {
                written &= write_str(bytes, key).is_ok();
                write(value, bytes);
            }
            written
        }
    };
    debug_assert!(written);
}
