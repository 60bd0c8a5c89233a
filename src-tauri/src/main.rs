//! farol
fn main() {}
