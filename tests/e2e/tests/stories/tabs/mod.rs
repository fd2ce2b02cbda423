//! Many tabs that change the same state at once, in each engine: no change is lost, and all see the same.

mod dropped;
mod killed;
mod quota;
mod together;
mod worker;
