//! farolctl
fn main() {}
