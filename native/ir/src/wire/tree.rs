//! Nodes as statements: a serde deserializer that takes maps for structures, nothing else, and counts depth.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::depth::Depth;
use super::node::Node;

/// Why a node is not what stands in its place; the path is told by `serde_path_to_error`.
#[derive(Debug)]
pub struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl serde::de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// A node, and how deep it stands.
#[derive(Clone, Copy)]
pub struct Tree<'a> {
    node: &'a Node,
    depth: Depth,
}

impl<'a> Tree<'a> {
    pub fn root(node: &'a Node) -> Self {
        Self { node, depth: Depth::default() }
    }

    fn below(self, name: &str) -> Result<Self, Error> {
        self.depth.below(name).map(|depth| Self { depth, ..self }).map_err(Error)
    }

    fn unfit(self, expected: &str) -> Error {
        Error(format!("{expected} expected, {} found", self.node.noun()))
    }
}

impl<'de> Deserializer<'de> for Tree<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node {
            Node::Nil => visitor.visit_unit(),
            Node::Bool(value) => visitor.visit_bool(*value),
            Node::Int(value) => visitor.visit_i64(*value),
            Node::Text(value) => visitor.visit_borrowed_str(value),
            Node::List(members) => visitor.visit_seq(List { members: members.iter(), depth: self.depth }),
            Node::Map(entries) => visitor.visit_map(Map { entries: entries.iter(), value: None, depth: self.depth }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.node {
            Node::Nil => visitor.visit_none(),
            Node::Bool(_) | Node::Int(_) | Node::Text(_) | Node::List(_) | Node::Map(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(self, name: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        match self.node {
            Node::Map(_) => self.below(name)?.deserialize_any(visitor),
            Node::Nil | Node::Bool(_) | Node::Int(_) | Node::Text(_) | Node::List(_) => Err(self.unfit("a map")),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(self, name: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        let below = self.below(name)?;
        match self.node {
            Node::Text(tag) => visitor.visit_enum(Variant { tag, content: None }),
            Node::Map(entries) => match entries.as_slice() {
                [(tag, content)] => visitor.visit_enum(Variant { tag, content: Some(Tree { node: content, depth: below.depth }) }),
                several => Err(Error(format!("a map of one entry expected, one of {} found", several.len()))),
            },
            Node::Nil | Node::Bool(_) | Node::Int(_) | Node::List(_) => Err(self.unfit("a string or a map of one entry")),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

struct List<'de> {
    members: std::slice::Iter<'de, Node>,
    depth: Depth,
}

impl<'de> SeqAccess<'de> for List<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.members.next().map(|node| seed.deserialize(Tree { node, depth: self.depth })).transpose()
    }
}

struct Map<'de> {
    entries: std::slice::Iter<'de, (String, Node)>,
    value: Option<&'de Node>,
    depth: Depth,
}

impl<'de> MapAccess<'de> for Map<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(StrDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let node = self.value.take().ok_or_else(|| Error::custom("a value without a key"))?;
        seed.deserialize(Tree { node, depth: self.depth })
    }
}

/// An enumeration's variant: its tag alone, or with what it holds.
struct Variant<'de> {
    tag: &'de str,
    content: Option<Tree<'de>>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        Ok((seed.deserialize(StrDeserializer::<Error>::new(self.tag))?, self))
    }
}

impl<'de> Variant<'de> {
    fn content(self) -> Result<Tree<'de>, Error> {
        self.content.ok_or_else(|| Error(format!("{:?} needs contents: a map of one entry expected", self.tag)))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.content {
            None => Ok(()),
            Some(_) => Err(Error(format!("{:?} has no contents: a string expected", self.tag))),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self.content()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.content()?.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        self.content()?.deserialize_struct("", fields, visitor)
    }
}
