//! The scripts are built in; a changed one builds the crate anew.

fn main() {
    println!("cargo::rerun-if-changed=desk");
}
