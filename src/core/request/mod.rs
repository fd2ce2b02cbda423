//! What travels with a request, and how a server takes it out again.

mod base64;
mod decode;
mod percent;
mod shape;

pub use decode::{DecodeError, Limits, Parts, State, decode};
pub use shape::{Field, Scalar, Shape};
