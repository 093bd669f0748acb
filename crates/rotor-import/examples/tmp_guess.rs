//! Temporary.
fn main() {
    let files: Vec<_> = std::env::args().skip(1).map(Into::into).collect();
    match rotor_import::guess(&files) {
        Ok(text) => println!("{text}"),
        Err(error) => println!("ERROR {error}"),
    }
}
