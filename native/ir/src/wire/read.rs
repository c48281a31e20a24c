//! Parses MessagePack into nodes. Nesting uses an explicit stack, and no length is trusted before its
//! bytes are there.

use rmp::Marker;

use super::WireError;
use super::depth::RAW;
use super::fault::Fault;
use super::node::Node;

/// A list or map that is still incomplete.
enum Open {
    List { left: usize, members: Vec<Node> },
    Map { left: usize, entries: Vec<(String, Node)>, key: Option<String> },
}

/// What a marker starts, or is.
enum Item {
    Whole(Node),
    List(usize),
    Map(usize),
}

struct Unpacker<'a> {
    rest: &'a [u8],
    open: Vec<Open>,
}

/// Parses the single node of the bytes.
pub fn read(bytes: &[u8]) -> Result<Node, WireError> {
    let mut reader = Unpacker { rest: bytes, open: Vec::new() };
    let node = reader.node().map_err(|message| WireError::at(reader.path(), message))?;
    match reader.rest.len() {
        0 => Ok(node),
        left => Err(WireError::at("", format!("{left} bytes follow the end of the message"))),
    }
}

impl Unpacker<'_> {
    fn node(&mut self) -> Result<Node, Fault> {
        loop {
            let mut whole = match self.item()? {
                Item::Whole(node) => node,
                Item::List(0) => Node::List(Vec::new()),
                Item::Map(0) => Node::Map(Vec::new()),
                Item::List(left) => {
                    self.open(Open::List { left, members: Vec::with_capacity(left) })?;
                    continue;
                }
                Item::Map(left) => {
                    let key = Some(self.key()?);
                    self.open(Open::Map { left, entries: Vec::with_capacity(left), key })?;
                    continue;
                }
            };
            // Completing a node may complete its ancestors.
            loop {
                match self.open.last_mut() {
                    None => return Ok(whole),
                    Some(Open::List { left, members }) => {
                        members.push(whole);
                        *left -= 1;
                        if *left > 0 {
                            break;
                        }
                        whole = Node::List(std::mem::take(members));
                    }
                    Some(Open::Map { left, entries, key }) => {
                        entries.push((key.take().unwrap_or_default(), whole));
                        *left -= 1;
                        if *left > 0 {
                            let next = self.key()?;
                            if let Some(Open::Map { key, .. }) = self.open.last_mut() {
                                *key = Some(next);
                            }
                            break;
                        }
                        let entries = std::mem::take(entries);
                        whole = Node::map(entries).map_err(|key| format!("the key {key:?} stands twice"))?;
                    }
                }
                self.open.pop();
            }
        }
    }

    fn open(&mut self, one: Open) -> Result<(), Fault> {
        if self.open.len() >= RAW {
            return Err(Fault::too_deep(format!("nested deeper than {RAW} arrays and maps")));
        }
        self.open.push(one);
        Ok(())
    }

    fn item(&mut self) -> Result<Item, String> {
        let [marker] = self.take()?;
        Ok(match Marker::from_u8(marker) {
            Marker::Null => Item::Whole(Node::Nil),
            Marker::True => Item::Whole(Node::Bool(true)),
            Marker::False => Item::Whole(Node::Bool(false)),
            Marker::FixPos(value) => Item::Whole(Node::Int(value.into())),
            Marker::FixNeg(value) => Item::Whole(Node::Int(value.into())),
            Marker::U8 => Item::Whole(Node::Int(u8::from_be_bytes(self.take()?).into())),
            Marker::U16 => Item::Whole(Node::Int(u16::from_be_bytes(self.take()?).into())),
            Marker::U32 => Item::Whole(Node::Int(u32::from_be_bytes(self.take()?).into())),
            Marker::U64 => {
                let value = u64::from_be_bytes(self.take()?);
                Item::Whole(Node::Int(i64::try_from(value).map_err(|_| format!("the integer {value} is beyond 64 bits with sign"))?))
            }
            Marker::I8 => Item::Whole(Node::Int(i8::from_be_bytes(self.take()?).into())),
            Marker::I16 => Item::Whole(Node::Int(i16::from_be_bytes(self.take()?).into())),
            Marker::I32 => Item::Whole(Node::Int(i32::from_be_bytes(self.take()?).into())),
            Marker::I64 => Item::Whole(Node::Int(i64::from_be_bytes(self.take()?))),
            text @ (Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32) => Item::Whole(Node::Text(self.text(text)?)),
            Marker::FixArray(length) => Item::List(self.length(length.into(), 1)?),
            Marker::Array16 => {
                let length = u16::from_be_bytes(self.take()?);
                Item::List(self.length(length.into(), 1)?)
            }
            Marker::Array32 => {
                let length = u32::from_be_bytes(self.take()?);
                Item::List(self.length(length, 1)?)
            }
            Marker::FixMap(length) => Item::Map(self.length(length.into(), 2)?),
            Marker::Map16 => {
                let length = u16::from_be_bytes(self.take()?);
                Item::Map(self.length(length.into(), 2)?)
            }
            Marker::Map32 => {
                let length = u32::from_be_bytes(self.take()?);
                Item::Map(self.length(length, 2)?)
            }
            Marker::F32 | Marker::F64 => return Err("a float has no place in a statement".to_owned()),
            Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => return Err("bytes have no place in a statement".to_owned()),
            Marker::FixExt1
            | Marker::FixExt2
            | Marker::FixExt4
            | Marker::FixExt8
            | Marker::FixExt16
            | Marker::Ext8
            | Marker::Ext16
            | Marker::Ext32 => return Err("an extension type has no place in a statement".to_owned()),
            Marker::Reserved => return Err("the byte 0xc1 means nothing in MessagePack".to_owned()),
        })
    }

    fn key(&mut self) -> Result<String, String> {
        let [marker] = self.take()?;
        let marker = Marker::from_u8(marker);
        if matches!(marker, Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32) {
            self.text(marker)
        } else {
            Err(format!("a key must be a string, this one is {marker:?}"))
        }
    }

    fn text(&mut self, marker: Marker) -> Result<String, String> {
        let length = if let Marker::FixStr(length) = marker {
            length.into()
        } else if marker == Marker::Str8 {
            u8::from_be_bytes(self.take()?).into()
        } else if marker == Marker::Str16 {
            u16::from_be_bytes(self.take()?).into()
        } else {
            u32::from_be_bytes(self.take()?)
        };
        let length = self.length(length, 1)?;
        let (text, rest) = self.rest.split_at(length);
        self.rest = rest;
        String::from_utf8(text.to_vec()).map_err(|_| "a string that is not UTF-8".to_owned())
    }

    /// Returns a length, if that many items of at least `each` bytes can still follow.
    fn length(&self, length: u32, each: usize) -> Result<usize, String> {
        let length = length as usize;
        if length > self.rest.len() / each {
            return Err(format!("a length of {length} where {} bytes are left", self.rest.len()));
        }
        Ok(length)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or("the message ends in the middle")?;
        self.rest = rest;
        Ok(*taken)
    }

    /// Returns the path of the current position from the root.
    fn path(&self) -> String {
        let mut path = String::new();
        for open in &self.open {
            match open {
                Open::List { members, .. } => {
                    path.push('[');
                    path.push_str(&members.len().to_string());
                    path.push(']');
                }
                Open::Map { key, .. } => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(key.as_deref().unwrap_or("?"));
                }
            }
        }
        path
    }
}
