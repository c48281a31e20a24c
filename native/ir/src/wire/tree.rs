//! A serde deserializer from nodes, which accepts only maps for structs and counts depth.

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::depth::Depth;
use super::fault::Fault;
use super::node::Node;

/// A node and its depth.
#[derive(Clone, Copy)]
pub struct Tree<'a> {
    node: &'a Node,
    depth: Depth,
}

impl<'a> Tree<'a> {
    pub fn root(node: &'a Node) -> Self {
        Self { node, depth: Depth::default() }
    }

    fn below(self, name: &str) -> Result<Self, Fault> {
        self.depth.below(name).map(|depth| Self { depth, ..self })
    }

    fn unfit(self, expected: &str) -> Fault {
        Fault::from(format!("{expected} expected, {} found", self.node.noun()))
    }
}

impl<'de> Deserializer<'de> for Tree<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.node {
            Node::Nil => visitor.visit_unit(),
            Node::Bool(value) => visitor.visit_bool(*value),
            Node::Int(value) => visitor.visit_i64(*value),
            Node::Text(value) => visitor.visit_borrowed_str(value),
            Node::List(members) => visitor.visit_seq(List { members: members.iter(), depth: self.depth }),
            Node::Map(entries) => visitor.visit_map(Map { entries: entries.iter(), value: None, depth: self.depth }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.node {
            Node::Nil => visitor.visit_none(),
            Node::Bool(_) | Node::Int(_) | Node::Text(_) | Node::List(_) | Node::Map(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(self, name: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        match self.node {
            Node::Map(_) => self.below(name)?.deserialize_any(visitor),
            Node::Nil | Node::Bool(_) | Node::Int(_) | Node::Text(_) | Node::List(_) => Err(self.unfit("a map")),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(self, name: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        let below = self.below(name)?;
        match self.node {
            Node::Text(tag) => visitor.visit_enum(Variant { tag, content: None }),
            Node::Map(entries) => match entries.as_slice() {
                [(tag, content)] => visitor.visit_enum(Variant { tag, content: Some(Tree { node: content, depth: below.depth }) }),
                several => Err(Fault::from(format!("a map of one entry expected, one of {} found", several.len()))),
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
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        self.members.next().map(|node| seed.deserialize(Tree { node, depth: self.depth })).transpose()
    }
}

struct Map<'de> {
    entries: std::slice::Iter<'de, (String, Node)>,
    value: Option<&'de Node>,
    depth: Depth,
}

impl<'de> MapAccess<'de> for Map<'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(StrDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let node = self.value.take().ok_or_else(|| Fault::custom("a value without a key"))?;
        seed.deserialize(Tree { node, depth: self.depth })
    }
}

/// An enum variant: a tag alone, or with its content.
struct Variant<'de> {
    tag: &'de str,
    content: Option<Tree<'de>>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Fault> {
        Ok((seed.deserialize(StrDeserializer::<Fault>::new(self.tag))?, self))
    }
}

impl<'de> Variant<'de> {
    fn content(self) -> Result<Tree<'de>, Fault> {
        self.content.ok_or_else(|| Fault::from(format!("{:?} needs contents: a map of one entry expected", self.tag)))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        match self.content {
            None => Ok(()),
            Some(_) => Err(Fault::from(format!("{:?} has no contents: a string expected", self.tag))),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        seed.deserialize(self.content()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.content()?.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        self.content()?.deserialize_struct("", fields, visitor)
    }
}
